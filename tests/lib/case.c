/* case - a night in one file: runbook, peer, commander, and what follows. */
#include "tests/lib/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "action/action.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/conf.h"
#include "journal/journal.h"
#include "model/drain.h"
#include "tests/lib/case_cover.h"
#include "tests/lib/case_parts.h"
#include "tests/lib/desk.h"
#include "tests/lib/lint.h"
#include "tests/lib/peer.h"

#define SPEED 100
#define LOOK_US 5000
#define LONGEST_US 9000000
#define SECTIONS 16
#define ROWS 64
#define KEPT 8
#define FILE_MS 60000 /* real */

struct section {
	const char *name;
	char *text; /* in the file's own bytes */
};

struct a_case {
	const char *path;
	char *bytes;
	struct section sections[SECTIONS];
	size_t section_count;
	struct peer_row rows[ROWS];
	size_t row_count;
	struct peer *peer;
	int act; /* of the peer */
	struct rlimit descriptors;
	int refusing; /* a port nobody listens at */
	char refusing_at[32];
	char dir[FS_PATH]; /* of the runbook and the files beside it */
	struct desk desk;
	/* Probes that go on saying the same. */
	struct {
		char probe[48], value[48];
	} kept[KEPT];
	size_t kept_count;
	int64_t until_ms;
};

static const char header[] =
	"runbook: case\n"
	"environment: STAGING\n"
	"region: us-east-1\n"
	"rto: 30m\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"{url}\"}\n"
	"probes:\n"
	"  loss:\n"
	"    http: {endpoint: platform, path: /loss}\n"
	"    signals: {telephony.loss_percent: /lost}\n"
	"steps:\n";

static char *
section(const struct a_case *c, const char *name)
{
	for (size_t i = 0; i < c->section_count; i++)
		if (strcmp(c->sections[i].name, name) == 0)
			return c->sections[i].text;
	return NULL;
}

/* Cuts the file at its "[name]" lines. */
static void
cut_sections(struct a_case *c)
{
	char *at = c->bytes;

	while (at != NULL && *at != '\0') {
		char *next = strchr(at, '\n');

		if (*at == '[') {
			char *close = strchr(at, ']');

			if (close == NULL || next == NULL || close > next ||
			    c->section_count == SECTIONS)
				fail_msg("%s: bad section: %.40s", c->path, at);
			*at = *close = '\0';
			c->sections[c->section_count++] =
				(struct section){ at + 1, next + 1 };
		}
		at = next == NULL ? NULL : next + 1;
	}
}

/* ---- the peer ---- */

static void
start_peer(struct a_case *c)
{
	c->row_count =
		case_rows_read(c->path, section(c, "peer"), c->rows, ROWS);
	c->peer = peer_start(c->rows, c->row_count);
}

/* ---- the runbook ---- */

/* "{url}" is the peer, "{refusing}" a port that refuses, "{dir}" the folder of
 * the runbook, each time it is there; mem_free() it. */
static char *
fill_in(const struct a_case *c, const char *text)
{
	const char *words[][2] = { { "{url}", peer_url(c->peer) },
				   { "{refusing}", c->refusing_at },
				   { "{dir}", c->dir } };
	char *now = mem_text(text);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		while (strstr(now, words[i][0]) != NULL) {
			char *next =
				lint_replace(now, words[i][0], words[i][1]);

			mem_free(now);
			now = next;
		}
	return now;
}

static void
write_files(struct a_case *c)
{
	char path[FS_PATH];
	char *text, *whole;
	struct buf all;

	for (size_t i = 0; i < c->section_count; i++) {
		const char *name = c->sections[i].name;

		if (strncmp(name, "file ", 5) != 0)
			continue;
		assert_true(fs_join(path, c->dir, name + 5));
		whole = fill_in(c, c->sections[i].text);
		test_file_write(path, whole);
		mem_free(whole);
	}
	buf_init(&all, 1 << 20);
	text = section(c, "runbook");
	if (text != NULL)
		buf_text(&all, text);
	else
		buf_printf(&all, "%s%s%s", header, section(c, "steps"),
			   section(c, "after steps") != NULL
				   ? section(c, "after steps")
				   : "");
	whole = fill_in(c, buf_str(&all));
	assert_true(fs_join(path, c->dir, "runbook.yaml"));
	test_file_write(path, whole);
	mem_free(whole);
	buf_clear(&all);
}

/* Loads it and says in `told` what loader and check say; NULL: refused. */
static struct book *
load(struct a_case *c, struct buf *told)
{
	const struct conf_kinds kinds = { .probes = probe_specs(),
					  .steps = action_specs() };
	struct err e = { .code = ERR_NONE };
	struct findings f = { 0 };
	char path[FS_PATH];
	struct book *b = NULL;

	write_files(c);
	assert_true(fs_join(path, c->dir, "runbook.yaml"));
	if (conf_load_book(&b, path, &kinds, &f, &e) != ERR_NONE)
		buf_printf(told, "%s\n", e.text);
	else if (conf_check(path, &kinds, &f, &e) != ERR_NONE)
		fail_msg("%s: %s", c->path, e.text);
	findings_print(told, &f);
	findings_clear(&f);
	return b;
}

/* The runbook of the night; NULL when the case wants it refused, and it was. */
static struct book *
load_as_told(struct a_case *c)
{
	bool refused = section(c, "refused") != NULL;
	char *rest = section(c, refused ? "refused" : "warned"), *line;
	struct book *b;
	struct buf told;

	buf_init(&told, 65536);
	b = load(c, &told);
	if ((b == NULL) != refused)
		fail_msg("%s: its runbook %s:\n%s", c->path,
			 refused ? "loads" : "does not load", buf_str(&told));
	while ((line = case_line(&rest)) != NULL)
		CHECK_HOLDS(buf_str(&told), line);
	buf_clear(&told);
	return b;
}

/* ---- the commander ---- */

static void
agree(struct a_case *c, const char *text)
{
	const struct room_prompt *p = &c->desk.director.room->prompt;
	char typed[240];

	if (text[0] != '\0')
		str_copy(typed, sizeof(typed), text);
	else
		str_copy(typed, sizeof(typed),
			 p->phrase[0] != '\0' ? p->phrase : "yes");
	desk_confirm(&c->desk, typed);
}

static void
walk(struct a_case *c, const char *step)
{
	desk_say(&c->desk, COMMAND_ARM, step, "");
	desk_rest(&c->desk);
	if (c->desk.director.room->prompt.open)
		agree(c, "");
	desk_rest(&c->desk);
}

static struct value
read_value(const char *text)
{
	char words[VALUE_TEXT], *end;
	double number = strtod(text, &end);

	if (text[0] == '"') {
		str_copy(words, sizeof(words), text + 1);
		words[strcspn(words, "\"")] = '\0';
		return value_of_words(words);
	}
	if (end != text && *end == '\0')
		return value_of_number(number);
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return value_of_flag(text[0] == 't');
	return value_of_words(text);
}

static void
measure(struct a_case *c, const char *probe, const char *value)
{
	desk_measure_at(&c->desk, probe, read_value(value), 1000,
			director_now_ms(&c->desk.director));
	c->desk.director.next_judge_ms = 0;
	desk_pass(&c->desk, 0, 1);
}

static void
keep(struct a_case *c, const char *probe, const char *value)
{
	size_t i = 0;

	while (i < c->kept_count && strcmp(c->kept[i].probe, probe) != 0)
		i++;
	assert_true(i < KEPT);
	str_copy(c->kept[i].probe, sizeof(c->kept[i].probe), probe);
	str_copy(c->kept[i].value, sizeof(c->kept[i].value), value);
	if (i == c->kept_count)
		c->kept_count++;
	measure(c, probe, value);
}

/* Waits while the kept probes go on measuring. */
static void
until_kept(struct a_case *c, bool (*holds)(const struct a_case *c, int state),
	   int state)
{
	int64_t end_us = clock_real_us() + LONGEST_US;

	while (!holds(c, state)) {
		if (clock_real_us() > end_us)
			fail_msg("%s: it never came to that; the rollback is "
				 "%s (%s), told: %s",
				 c->path,
				 rollback_word(c->desk.director.room->rollback),
				 c->desk.director.room->rollback_detail,
				 c->desk.director.notice);
		for (size_t i = 0; i < c->kept_count; i++)
			measure(c, c->kept[i].probe, c->kept[i].value);
		director_turn(&c->desk.director,
			      queue_take(c->desk.director.inbox,
					 clock_real_us() + LOOK_US));
	}
}

static bool
rollback_is(const struct a_case *c, int state)
{
	return (int)c->desk.director.room->rollback == state;
}

static bool
time_is(const struct a_case *c, int state)
{
	return director_now_ms(&c->desk.director) >= c->until_ms + state;
}

static bool
is_degraded(const struct a_case *c, int state)
{
	(void)state;
	return strncmp(c->desk.director.room->rollback_detail, "degraded", 8) ==
	       0;
}

/* Is a row of the runbook's drains in this state? */
static bool
drain_is(const struct a_case *c, int state)
{
	const struct room *r = c->desk.director.room;

	for (size_t i = 0; i < r->book->rollback.drain_count; i++)
		if ((int)r->drains[i].state == state)
			return true;
	return false;
}

/* Does an emergency variant of the rollback act? */
static bool
emergency_acts(const struct a_case *c, int state)
{
	const struct room *r = c->desk.director.room;

	(void)state;
	for (size_t i = 0; i < r->undo_count; i++)
		if (r->undos[i].act.is_emergency &&
		    r->undos[i].act.state == STEP_ACTING)
			return true;
	return false;
}

static bool
is_file(void *path)
{
	return fs_exists(path);
}

/* The state of the item of that name; -1: the rollback has none. */
static int
undo_state(const struct a_case *c, const char *name)
{
	const struct room *r = c->desk.director.room;

	for (size_t i = 0; i < r->undo_count; i++)
		if (strcmp(plan_name(r->book, &r->undos[i].item), name) == 0)
			return (int)r->undos[i].act.state;
	return -1;
}

static void
until_undo(struct a_case *c, const char *name, enum step_state state)
{
	int64_t end_us = clock_real_us() + LONGEST_US;

	while (undo_state(c, name) != (int)state) {
		if (clock_real_us() > end_us)
			fail_msg("%s: undo %s is never %s: %s", c->path, name,
				 step_word(state), c->desk.director.notice);
		director_turn(&c->desk.director,
			      queue_take(c->desk.director.inbox,
					 clock_real_us() + LOOK_US));
	}
}

static void
until(struct a_case *c, const char *what, char *rest)
{
	enum drain_state drain;
	enum rollback_state rollback;
	enum step_state state = STEP_READY;
	char path[FS_PATH];
	char *id;

	if (strcmp(what, "peer") == 0) {
		if (!peer_wait(c->peer, rest, 1))
			fail_msg("%s: no %s has come", c->path, rest);
	} else if (strcmp(what, "file") == 0) {
		if (!fs_join(path, c->dir, rest) ||
		    !test_wait(is_file, path, FILE_MS))
			fail_msg("%s: no file %s has come", c->path, rest);
	} else if (strcmp(what, "passed") == 0) {
		c->until_ms = director_now_ms(&c->desk.director);
		until_kept(c, time_is, atoi(rest) * 1000);
	} else if (strcmp(what, "undo") == 0 &&
		   strcmp(rest, "emergency") == 0) {
		until_kept(c, emergency_acts, 0);
	} else if (strcmp(what, "undo") == 0) {
		id = strsep(&rest, " ");
		if (rest == NULL || !step_parse(rest, &state))
			fail_msg("%s: until what?", c->path);
		until_undo(c, id, state);
	} else if (strcmp(what, "degraded") == 0) {
		until_kept(c, is_degraded, 0);
	} else if (strcmp(what, "drain") == 0) {
		if (!drain_parse(rest, &drain))
			fail_msg("%s: no drain state %s", c->path, rest);
		until_kept(c, drain_is, (int)drain);
	} else if (strcmp(what, "rollback") == 0) {
		if (!rollback_parse(rest, &rollback))
			fail_msg("%s: no rollback state %s", c->path, rest);
		until_kept(c, rollback_is, (int)rollback);
	} else {
		id = strsep(&rest, " ");
		if (strcmp(what, "step") != 0 || rest == NULL ||
		    !step_parse(rest, &state))
			fail_msg("%s: until what?", c->path);
		desk_until_step(&c->desk, id, state);
	}
}

static void
say(struct a_case *c, const char *word, const char *target, const char *text)
{
	for (int v = 0; v < COMMAND_COUNT; v++)
		if (strcmp(command_rows[v].word, word) == 0) {
			desk_say(&c->desk, (enum command_verb)v, target, text);
			desk_pass(&c->desk, 0, 1);
			return;
		}
	fail_msg("%s: the commander cannot \"%s\"", c->path, word);
}

/* The process ends; "after RECORD": it was killed when it had written that
 * one, so nothing of what came behind it has happened. */
static void
crash(struct a_case *c, char *rest)
{
	desk_leave(&c->desk);
	if (strncmp(rest, "after ", 6) == 0)
		case_cut_journal(c->path, c->desk.dir, rest + 6);
	desk_open(&c->desk);
}

/* The system gives out no descriptor more, or as many as ever. */
static void
grant_descriptors(struct a_case *c, bool any)
{
	struct rlimit none;

	if (any) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &c->descriptors), 0);
		return;
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &c->descriptors), 0);
	none = c->descriptors;
	none.rlim_cur = 2; /* all of them taken; two may still be polled */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static void
command(struct a_case *c, char *line)
{
	const char *word = strsep(&line, " ");
	char *rest = line == NULL ? strchr(word, '\0') : line;
	char whole[240];

	str_copy(whole, sizeof(whole), rest);
	if (strcmp(word, "walk") == 0) {
		walk(c, rest);
	} else if (strcmp(word, "confirm") == 0) {
		agree(c, rest);
	} else if (strcmp(word, "rest") == 0) {
		desk_rest(&c->desk);
	} else if (strcmp(word, "second") == 0) {
		desk_approve(&c->desk, "deputy");
	} else if (strcmp(word, "told") == 0) {
		CHECK_HOLDS(c->desk.director.notice, whole);
	} else if (strcmp(word, "asked") == 0) {
		case_check_asked(c->path, c->desk.director.room, whole);
	} else if (strcmp(word, "left") == 0) {
		case_check_left(c->path, c->desk.director.room, whole);
	} else if (strcmp(word, "crash") == 0) {
		crash(c, rest);
	} else if (strcmp(word, "then") == 0) {
		peer_act(c->peer, ++c->act);
	} else if (strcmp(word, "rollback") == 0) {
		say(c, word, "", whole); /* of all, or of these items */
	} else if (strcmp(word, "descriptors") == 0) {
		grant_descriptors(c, strcmp(rest, "none") != 0);
	} else {
		const char *first = strsep(&rest, " ");

		if (rest == NULL)
			rest = strchr(first, '\0');
		if (strcmp(word, "until") == 0)
			until(c, first, rest);
		else if (strcmp(word, "measure") == 0)
			measure(c, first, rest);
		else if (strcmp(word, "keep") == 0)
			keep(c, first, rest);
		else
			say(c, word, first, rest);
		if (strcmp(word, "arm") == 0)
			desk_rest(&c->desk);
	}
}

/* ---- the night ---- */

static void
open_case(struct a_case *c, const char *path)
{
	memset(c, 0, sizeof(*c));
	c->path = path;
	c->bytes = test_file_read(path);
	if (c->bytes == NULL)
		fail_msg("%s cannot be read", path);
	cut_sections(c);
}

/* The night itself.  Takes `book`. */
static void
live(struct a_case *c, struct book *book, struct case_cover *cover)
{
	char *rest = section(c, "commander"), *line;

	if (rest == NULL || section(c, "journal") == NULL)
		fail_msg("%s promises nothing: [commander], [journal]",
			 c->path);
	desk_begin(&c->desk, book);
	desk_open(&c->desk);
	while ((line = case_line(&rest)) != NULL)
		command(c, line);
	desk_rest(&c->desk);
	case_check_journal(c->path, c->desk.dir, section(c, "journal"));
	case_check_times(c->path, c->desk.dir, section(c, "at least"));
	if (cover != NULL)
		case_cover_journal(cover, c->desk.book, c->desk.dir);
	desk_end(&c->desk);
}

void
case_run(const char *path, struct case_cover *cover)
{
	struct a_case *c = mem_new(1, sizeof(*c));
	struct book *book;

	open_case(c, path);
	clock_set_speed(SPEED);
	start_peer(c);
	test_dir_make(c->dir);
	c->refusing = peer_refusing(c->refusing_at);
	book = load_as_told(c);
	if (book != NULL)
		live(c, book, cover);
	case_check_peer(path, c->peer, section(c, "peer saw"));
	peer_stop(c->peer);
	close(c->refusing);
	test_dir_drop(c->dir);
	case_rows_clear(c->rows, c->row_count);
	mem_free(c->bytes);
	mem_free(c);
	clock_set_speed(1);
}

char *
case_promise(const char *path)
{
	char *bytes = test_file_read(path);
	size_t len = bytes == NULL ? 0 : strcspn(bytes, "\n");
	char *promise;

	if (len < 12 || bytes[0] != '#')
		fail_msg("%s does not begin with its promise", path);
	promise = mem_copy(bytes + 2, len - 1);
	promise[len - 2] = '\0';
	mem_free(bytes);
	return promise;
}
