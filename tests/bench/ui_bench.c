/*
 * ui_bench - the screen beside a bare ncurses loop and htop.
 *
 * All sit at a pseudo terminal of one size, one TERM and one locale, and are
 * measured by the bytes that come out of it.  The bare loop draws the very
 * cells of a screen of ours; the programs take turns, so that all meet the
 * same machine.  Keys are answered while 1,000 targets are asked every five
 * seconds; nginx says how many requests there were.
 */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/bench.h"
#include "tests/lib/eye.h"
#include "tests/lib/http_peers.h"
#include "ui/term.h"

#define ROWS 36
#define COLS 120
#define TARGETS 1000
#define SOME_TARGETS 400 /* loaded for the first picture */
#define SIGNALS 1000
#define KEYS 100
#define STARTS 5
#define QUIET_MS 30  /* nothing for so long: the picture is done */
#define PICTURE 1000 /* bytes, more than it takes to take the screen */
#define ROUND_S 14   /* until the first round of probes is past */
#define SETTLE_S 4
#define IDLE_S 6
#define CHANGES 20
#define DRAWS 200

struct seat {
	pid_t pid;
	int master;
	double begun_s;
};

typedef void child_fn(void *with);

static struct {
	struct http_peers *peers;
	char dir[64];
	int rooms;
} bench;

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "ui_bench: %s\n", what);
	exit(1);
}

/* ---- one harness for all ---- */

static void
sit(struct seat *s, child_fn *child, void *with)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	int slave;

	if (openpty(&s->master, &slave, NULL, NULL, &size) != 0)
		give_up("no terminal");
	fcntl(s->master, F_SETFD, FD_CLOEXEC);
	s->begun_s = bench_wall_s();
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		login_tty(slave);
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		unsetenv("TMUX");
		unsetenv("NO_COLOR");
		child(with);
		_exit(127);
	}
	close(slave);
}

static void
leave(struct seat *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->master);
}

/* Reads for at most `real_ms`, or until nothing came for `quiet_ms`; says how
 * many bytes and when the last of them. */
static size_t
listen_for(struct seat *s, int real_ms, int quiet_ms, double *last_s)
{
	double until_s = bench_wall_s() + real_ms / 1e3;
	struct pollfd p = { .fd = s->master, .events = POLLIN };
	size_t total = 0;
	char bytes[65536];

	while (bench_wall_s() < until_s) {
		int left_ms = (int)((until_s - bench_wall_s()) * 1e3) + 1;
		int wait_ms =
			total > 0 && quiet_ms < left_ms ? quiet_ms : left_ms;
		ssize_t n;

		if (poll(&p, 1, wait_ms) <= 0) {
			if (total > 0)
				break;
			continue;
		}
		n = read(s->master, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		total += (size_t)n;
		if (last_s != NULL)
			*last_s = bench_wall_s();
	}
	return total;
}

/* Seconds from the start to the end of the first picture. */
static double
first_picture_s(struct seat *s)
{
	double last_s = s->begun_s;
	size_t bytes = 0;

	/* It may think between taking the screen and drawing it. */
	while (bytes < PICTURE) {
		size_t more = listen_for(s, 10000, 2 * QUIET_MS, &last_s);

		if (more == 0)
			give_up("a program drew no picture");
		bytes += more;
	}
	return last_s - s->begun_s;
}

/* What follows a key until all is quiet, in ms. */
static double
key_ms(struct seat *s, const char *key)
{
	double begun_s, last_s;

	/* Not into the second's clock, which is no answer. */
	while (listen_for(s, QUIET_MS, QUIET_MS, NULL) > 0)
		continue;
	begun_s = last_s = bench_wall_s();
	if (write(s->master, key, strlen(key)) < 0)
		give_up("a program has gone");
	if (listen_for(s, 500, QUIET_MS, &last_s) == 0)
		give_up("a key was not answered");
	return (last_s - begun_s) * 1e3;
}

static void
measure_keys(struct seat *s, double *times)
{
	for (int i = 0; i < KEYS; i++)
		times[i] = key_ms(s, i % 2 == 0 ? "\033OB" : "\033OA");
}

/* ---- the programs ---- */

static void
be_htop(void *with)
{
	(void)with;
	/* Its own refresh would be taken for an answer. */
	execlp("htop", "htop", "-d", "100", (char *)NULL);
}

static void
be_warroom(void *with)
{
	const char *program = getenv("WARROOM");
	char room[96];

	str_printf(room, sizeof(room), "%s/room%d", bench.dir, bench.rooms);
	execl(program, program, "run", "--notify", "none", "--theme",
	      "themes/dark.yaml", "--room", room, (const char *)with,
	      (char *)NULL);
}

/* Two pictures of one room, the next step selected and the one after it. */
static void
make_pictures(struct eye *a, struct eye *b)
{
	eye_open(a, SCENE_CALM, ROWS, COLS, CHARSET_UTF8);
	eye_open(b, SCENE_CALM, ROWS, COLS, CHARSET_UTF8);
	eye_look(a);
	eye_press(b, PRESS_DOWN);
	eye_look(b);
}

/* Every cell to the library, which finds what has changed. */
static void
bare_draw(const struct canvas *c)
{
	for (int row = 0; row < c->rows; row++)
		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = canvas_cell(c, row, col);
			wchar_t text[8] = { 0 };
			cchar_t out;

			if (cell->width == 0)
				continue;
			mbstowcs(text, cell->text, 7);
			setcchar(&out, text, 0, (short)(cell->role + 1), NULL);
			mvadd_wch(row, col, &out);
		}
	refresh();
}

static void
bare_begin(void)
{
	setlocale(LC_ALL, "");
	initscr();
	raw();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	start_color();
	for (short i = 0; i < ROLE_COUNT; i++)
		init_pair((short)(i + 1), (short)(16 + i), COLOR_BLACK);
}

static void
be_bare(void *with)
{
	struct eye a, b;

	(void)with;
	bare_begin();
	make_pictures(&a, &b);
	bare_draw(&a.canvas);
	for (;;)
		bare_draw(getch() == KEY_DOWN ? &b.canvas : &a.canvas);
}

/* One row that changes, by our way to the terminal and by the bare one. */
static void
change_row(struct eye *e, int i)
{
	struct room_signal *s = &scene_room(e->s)->signals[0];

	s->last.value = s->last_good.value =
		value_of_number(i % 2 == 0 ? 1.1 : 1.7);
	eye_look(e);
}

static void
be_changes(void *with)
{
	struct term_options o = { .in_fd = 0, .out_fd = 1 };
	bool is_bare = *(const bool *)with;
	struct term *t = NULL;
	struct theme theme;
	struct err err;
	struct eye e;

	memset(&theme, 0, sizeof(theme));
	for (int i = 0; i < ROLE_COUNT; i++)
		theme.at256[i] = (struct style){ .fg = 16 + i, .bg = 0 };
	o.theme = &theme;
	if (is_bare)
		bare_begin();
	else if (term_open(&t, &o, &err) != ERR_NONE)
		return;
	eye_open(&e, SCENE_CALM, ROWS, COLS, CHARSET_UTF8);
	for (int i = 0;; i++) {
		change_row(&e, i);
		if (is_bare)
			bare_draw(&e.canvas);
		else
			term_draw(t, &e.canvas);
		poll(NULL, 0, 100);
	}
}

/* ---- runbooks ---- */

static void
write_book(const char *path, int targets, const char *every)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		give_up("cannot write a runbook");
	fprintf(f,
		"runbook: bench\nenvironment: BENCH\n"
		"thresholds:\n  telephony:\n    max_waiting_count: 5\n"
		"endpoints:\n  web: {adapter: plain, url: \"%s\"}\nprobes:\n",
		bench.peers->url);
	for (int i = 0; i < targets; i++)
		fprintf(f,
			"  p%d: {every: %s, http: {endpoint: web, path: "
			"/kept/%d}, signals: {telephony.%s%.0d: "
			"/queue/waiting}}\n",
			i, every, i, i == 0 ? "waiting_count" : "s", i);
	fprintf(f, "steps:\n");
	for (int i = 0; i < 10; i++)
		fprintf(f, "  - {id: wait%d, do: {wait: {for: 1s}}}\n", i);
	if (fclose(f) != 0)
		give_up("cannot write a runbook");
}

/* ---- what is measured ---- */

static double
percentile(double *sorted, int count, int percent)
{
	return sorted[(count - 1) * percent / 100];
}

static void
keys(char *book)
{
	static double bare[KEYS], htop[KEYS], ours[KEYS];
	struct seat a, b, c;
	double asked;

	sit(&a, be_bare, NULL);
	first_picture_s(&a);
	sit(&b, be_htop, NULL);
	first_picture_s(&b);
	bench.rooms++;
	sit(&c, be_warroom, book);
	first_picture_s(&c);
	(void)listen_for(&c, SETTLE_S * 1000, SETTLE_S * 1000, NULL);
	measure_keys(&a, bare);
	measure_keys(&b, htop);
	asked = http_peers_count(bench.peers);
	measure_keys(&c, ours);
	asked = http_peers_count(bench.peers) - asked;
	leave(&a);
	leave(&b);
	leave(&c);
	(void)bench_median(bare, KEYS); /* sorts */
	(void)bench_median(htop, KEYS);
	(void)bench_median(ours, KEYS);
	bench_note("key to quiet, bare loop, p50", percentile(bare, KEYS, 50),
		   "ms");
	bench_note("key to quiet, htop, p99", percentile(htop, KEYS, 99), "ms");
	bench_note("requests meanwhile, as nginx counts", asked, "");
	bench_at_least("  of them", asked, TARGETS / 5);
	bench_at_most("key to quiet, p50 / the bare loop's",
		      percentile(ours, KEYS, 50) / percentile(bare, KEYS, 50),
		      3);
	bench_at_most("key to quiet, p99 / htop's",
		      percentile(ours, KEYS, 99) / percentile(htop, KEYS, 99),
		      3);
	bench_at_most("key to quiet, p99, ms", percentile(ours, KEYS, 99), 16);
}

static void
first_pictures(char *book)
{
	double htop[STARTS], ours[STARTS];

	for (int i = 0; i < STARTS; i++) {
		struct seat s;

		sit(&s, be_htop, NULL);
		htop[i] = first_picture_s(&s);
		leave(&s);
		bench.rooms++;
		sit(&s, be_warroom, book);
		ours[i] = first_picture_s(&s);
		leave(&s);
	}
	bench_note("first full picture, ms", bench_median(ours, STARTS) * 1e3,
		   "");
	bench_at_most("first full picture / htop's",
		      bench_median(ours, STARTS) / bench_median(htop, STARTS),
		      1);
}

/* Times the thread of the screen and all threads went to sleep, and ms of
 * processor. */
struct rest {
	double screen, all, cpu_ms;
};

static struct rest
read_rest(pid_t pid)
{
	struct rest r;
	char line[300];
	FILE *f;

	str_printf(line, sizeof(line),
		   "cd /proc/%d && awk '/^voluntary_ctxt/ { print $2 }' "
		   "task/%d/status && cat task/*/status | "
		   "awk '/^voluntary_ctxt/ { n += $2 } END { print n }' && "
		   "cat task/*/schedstat | awk '{ n += $1 } END { print n }'",
		   (int)pid, (int)pid);
	f = popen(line, "re");
	if (f == NULL ||
	    fscanf(f, "%lf %lf %lf", &r.screen, &r.all, &r.cpu_ms) != 3)
		give_up("no figures of a process");
	r.cpu_ms /= 1e6; /* nanoseconds: ticks are too coarse for this */
	pclose(f);
	return r;
}

static void
rest(char *book)
{
	struct rest before, after;
	struct seat s;
	size_t bytes;

	bench.rooms++;
	sit(&s, be_warroom, book);
	first_picture_s(&s);
	(void)listen_for(&s, ROUND_S * 1000, ROUND_S * 1000, NULL);
	before = read_rest(s.pid);
	bytes = listen_for(&s, IDLE_S * 1000, IDLE_S * 1000, NULL);
	after = read_rest(s.pid);
	leave(&s);
	/* A clock runs in the first line: its digits, and no more. */
	bench_at_most("nothing due: bytes a second, of the clock",
		      (double)bytes / IDLE_S, 100);
	bench_at_most("nothing due: wake-ups a second, of the screen",
		      (after.screen - before.screen) / IDLE_S, 2);
	bench_at_most("nothing due: wake-ups a second, of all threads",
		      (after.all - before.all) / IDLE_S, 2);
	bench_at_most("nothing due: processor, %",
		      (after.cpu_ms - before.cpu_ms) / (IDLE_S * 10.0), 0.2);
}

static double
bytes_a_change(bool is_bare)
{
	struct seat s;
	size_t bytes;

	sit(&s, be_changes, &is_bare);
	(void)listen_for(&s, 1000, 2000, NULL);
	bytes = listen_for(&s, CHANGES * 100, CHANGES * 100, NULL);
	leave(&s);
	return (double)bytes / CHANGES;
}

static void
changes(void)
{
	double bare = bytes_a_change(true), ours = bytes_a_change(false);

	bench_note("one changed row, bare loop, bytes", bare, "");
	bench_at_most("one changed row: bytes / the bare loop's", ours / bare,
		      1.5);
}

/* A room of as many gates, each of them GO and none alike. */
static void
many_gates(struct eye *e)
{
	struct room *r = scene_room(e->s);
	struct gate_set *set = &r->book->gates;
	size_t had = set->gate_count;

	set->gates = mem_grow(set->gates, SIGNALS, sizeof(*set->gates));
	r->gates = mem_grow(r->gates, SIGNALS, sizeof(*r->gates));
	for (size_t i = had; i < SIGNALS; i++) {
		set->gates[i] = set->gates[i % had];
		r->gates[i] = r->gates[i % had];
		str_printf(set->gates[i].signal, sizeof(set->gates[i].signal),
			   "telephony.s%zu", i);
	}
	set->gate_count = SIGNALS;
}

static void
drawing(void)
{
	double times[DRAWS];
	struct eye e;

	eye_open(&e, SCENE_CALM, ROWS, COLS, CHARSET_UTF8);
	many_gates(&e);
	eye_look(&e);
	for (int i = 0; i < DRAWS; i++) {
		double begun_s = bench_wall_s();

		e.now.wall_ms += 1000;
		e.view.scroll_max = screen_draw(&e.canvas, e.s, &e.view, e.now);
		times[i] = (bench_wall_s() - begun_s) * 1e3;
	}
	bench_at_most("drawing 120 x 36 with 1,000 signals, ms",
		      bench_median(times, DRAWS), 1);
	/* The eye is not closed: its room has grown beyond its book. */
}

int
main(void)
{
	char many[96], some[96], still[96], line[160];

	if (getenv("WARROOM") == NULL)
		give_up("WARROOM does not name the program");
	setlocale(LC_ALL, "C.UTF-8");
	str_copy(bench.dir, sizeof(bench.dir), "/tmp/ui_bench.XXXXXX");
	if (mkdtemp(bench.dir) == NULL)
		give_up("no folder");
	bench.peers = http_peers_start();
	str_printf(many, sizeof(many), "%s/many.yaml", bench.dir);
	str_printf(some, sizeof(some), "%s/some.yaml", bench.dir);
	str_printf(still, sizeof(still), "%s/still.yaml", bench.dir);
	write_book(many, TARGETS, "5s");
	write_book(some, SOME_TARGETS, "5s");
	write_book(still, 1, "1h");
	drawing();
	changes();
	rest(still);
	first_pictures(some);
	keys(many);
	http_peers_stop(bench.peers);
	str_printf(line, sizeof(line), "rm -rf %s", bench.dir);
	if (system(line) != 0) /* a folder of ours */
		give_up("cannot remove the folder");
	return bench_end();
}
