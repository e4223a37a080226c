/* term - the terminal: the only file that knows ncurses. */
#include "ui/term.h"

#include <assert.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/guard.h"
#include "ui/term_name.h"

#define ESC_DELAY_MS 25
#define PASTE_BEGIN (KEY_MAX + 1)
#define PASTE_END (KEY_MAX + 2)
#define PASTE_QUIET_MS 1000 /* a paste whose end never came */

#define TITLE_PUSH "\033[22;0t"
#define TITLE_POP "\033[23;0t"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct term {
	SCREEN *screen;
	FILE *in, *out;
	int in_fd, out_fd;
	enum charset set;
	bool speaks_xterm; /* titles and bracketed paste */
	attr_t attrs[ROLE_COUNT];
	short pairs[ROLE_COUNT];
	struct cell *shown; /* what is on the terminal */
	int rows, cols;
	bool is_pasting;
	int64_t pasted_ms;
	struct press paste;
	char title[80];
};

void
term_restore(void)
{
	guard_restore();
}

static void
keep_restore(const struct term *t)
{
	if (t->speaks_xterm)
		guard_keep(PASTE_OFF);
	guard_keep(tigetstr("sgr0"));
	guard_keep(tigetstr("rmkx"));
	guard_keep(tigetstr("cnorm"));
	guard_keep(tigetstr("rmcup"));
	if (t->speaks_xterm)
		guard_keep(TITLE_POP);
}

/* Bytes of ours, behind what the library has written. */
static void
send_bytes(const struct term *t, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(t->out_fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* a lost terminal is seen when it is read */
		bytes += n;
		len -= (size_t)n;
	}
}

static bool
can_draw(void)
{
	char *cup = tigetstr("cup");
	char *clear = tigetstr("clear");

	return cup != NULL && cup != (char *)-1 && clear != NULL &&
	       clear != (char *)-1;
}

/* The library takes INT, TERM, TSTP and WINCH where they are not taken: they
 * belong to the program. */
static SCREEN *
new_screen(const char *name, FILE *out, FILE *in)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction before[ARRAY_LEN(numbers)];
	SCREEN *screen;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaction(numbers[i], NULL, &before[i]);
	screen = newterm(name, out, in);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaction(numbers[i], &before[i], NULL);
	return screen;
}

/* The terminal by its own name, else by that of a relative. */
static bool
find_screen(struct term *t, const char *name)
{
	const char *names[TERM_NAMES];
	size_t count = term_names(name, getenv("TMUX") != NULL, names);

	for (size_t i = 0; i < count; i++) {
		t->screen = new_screen(names[i], t->out, t->in);
		if (t->screen == NULL)
			continue;
		t->speaks_xterm = term_speaks_xterm(names[i]);
		return true;
	}
	return false;
}

static attr_t
attrs_of(unsigned style)
{
	attr_t a = A_NORMAL;

	a |= (style & STYLE_BOLD) != 0 ? A_BOLD : 0;
	a |= (style & STYLE_UNDERLINE) != 0 ? A_UNDERLINE : 0;
	a |= (style & STYLE_REVERSE) != 0 ? A_REVERSE : 0;
	a |= (style & STYLE_DIM) != 0 ? A_DIM : 0;
	return a;
}

static void
use_style(struct term *t, int role, const struct style *s, bool has_default)
{
	int fg = s->fg;
	int bg = s->bg;

	t->attrs[role] = attrs_of(s->attrs);
	if (COLORS < 16 && fg >= 8) { /* bright: bold on the eight */
		fg %= 8;
		t->attrs[role] |= A_BOLD;
	}
	if (COLORS < 16 && bg >= 8)
		bg %= 8;
	if (!has_default && fg < 0)
		fg = COLOR_WHITE;
	if (!has_default && bg < 0)
		bg = COLOR_BLACK;
	if (init_pair((short)(role + 1), (short)fg, (short)bg) != ERR)
		t->pairs[role] = (short)(role + 1);
}

/* One pair a role: they fit the sixty-four of the poorest terminal.  The
 * palette itself is shared with others and never changed. */
static void
set_styles(struct term *t, const struct term_options *o)
{
	const char *no_color = getenv("NO_COLOR");
	bool wants = o->color == TERM_COLOR_ALWAYS ||
		     (o->color == TERM_COLOR_AUTO &&
		      (no_color == NULL || no_color[0] == '\0'));
	bool has_default;

	for (int role = 0; role < ROLE_COUNT; role++)
		t->attrs[role] =
			o->theme != NULL
				? attrs_of(o->theme->mono[role].attrs)
				: attrs_of(words_bare((enum role)role));
	if (!wants || o->theme == NULL || !has_colors() ||
	    start_color() == ERR || COLORS < 8)
		return;
	has_default = use_default_colors() == OK;
	for (int role = 0; role < ROLE_COUNT; role++)
		use_style(t, role,
			  COLORS >= 256 ? &o->theme->at256[role]
					: &o->theme->at16[role],
			  has_default);
}

/* Terminals send arrows in two ways and tell of one. */
static void
define_keys(void)
{
	static const struct {
		const char *bytes;
		int code;
	} rows[] = {
		{ "\033[A", KEY_UP },	    { "\033OA", KEY_UP },
		{ "\033[B", KEY_DOWN },	    { "\033OB", KEY_DOWN },
		{ "\033[C", KEY_RIGHT },    { "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },	    { "\033OD", KEY_LEFT },
		{ "\033[H", KEY_HOME },	    { "\033OH", KEY_HOME },
		{ "\033[1~", KEY_HOME },    { "\033[F", KEY_END },
		{ "\033OF", KEY_END },	    { "\033[4~", KEY_END },
		{ "\033[5~", KEY_PPAGE },   { "\033[6~", KEY_NPAGE },
		{ "\033[3~", KEY_DC },	    { "\033[200~", PASTE_BEGIN },
		{ "\033[201~", PASTE_END },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		define_key(rows[i].bytes, rows[i].code);
}

static void
take_keyboard(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	intrflush(stdscr, FALSE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	if (getenv("ESCDELAY") == NULL)
		set_escdelay(ESC_DELAY_MS);
	define_keys();
}

static enum err_code
start(struct term *t, const struct term_options *o, struct err *e)
{
	const char *name = getenv("TERM");

	if (name == NULL || name[0] == '\0' || str_same(name, "dumb"))
		return err_set(e, ERR_ABSENT,
			       "TERM is \"%.40s\": no screen can be drawn; "
			       "use --plain",
			       name != NULL ? name : "");
	if (!guard_open(t->out_fd))
		return err_set(e, ERR_ABSENT,
			       "the output is no terminal; use --plain");
	/* Sizes come from the terminal alone, clamped, once it is there. */
	use_env(FALSE);
	if (!find_screen(t, name))
		return err_set(e, ERR_ABSENT,
			       "no terminal description for TERM \"%.40s\"; "
			       "use --plain",
			       name);
	if (!can_draw()) {
		endwin();
		return err_set(e, ERR_ABSENT,
			       "TERM \"%.40s\" cannot place a cursor; use "
			       "--plain",
			       name);
	}
	take_keyboard();
	set_styles(t, o);
	keep_restore(t);
	guard_arm();
	if (t->speaks_xterm)
		send_bytes(t, TITLE_PUSH PASTE_ON, strlen(TITLE_PUSH PASTE_ON));
	return ERR_NONE;
}

static void
free_term(struct term *t)
{
	if (t->in != NULL)
		fclose(t->in);
	if (t->out != NULL)
		fclose(t->out);
	mem_free(t->shown);
	mem_free(t);
}

enum err_code
term_open(struct term **out, const struct term_options *o, struct err *e)
{
	struct term *t = mem_new(1, sizeof(*t));
	enum err_code code;

	*out = NULL;
	assert(!guard_is_armed());
	setlocale(LC_CTYPE, "");
	if (!o->is_ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		t->set = CHARSET_UTF8;
	t->in_fd = o->in_fd;
	t->out_fd = o->out_fd;
	t->in = fdopen(dup(o->in_fd), "r");
	t->out = fdopen(dup(o->out_fd), "w");
	if (t->in == NULL || t->out == NULL) {
		free_term(t);
		return err_set(e, ERR_SYSTEM, "cannot use the terminal: %s",
			       strerror(errno));
	}
	code = start(t, o, e);
	if (code != ERR_NONE) {
		if (t->screen != NULL)
			delscreen(t->screen);
		free_term(t);
		return code;
	}
	*out = t;
	return ERR_NONE;
}

void
term_close(struct term *t, bool is_gone)
{
	guard_disarm();
	if (is_gone) {
		term_restore(); /* endwin() would wait for a reader */
		mem_free(t->shown);
		mem_free(t); /* the library's buffers end with the process */
		return;
	}
	endwin();
	term_restore();
	delscreen(t->screen);
	free_term(t);
}

enum charset
term_charset(const struct term *t)
{
	return t->set;
}

void
term_size(const struct term *t, int *rows, int *cols)
{
	struct winsize w = { 0 };

	if (ioctl(t->out_fd, TIOCGWINSZ, &w) != 0 || w.ws_row == 0 ||
	    w.ws_col == 0) {
		*rows = 24;
		*cols = 80;
		return;
	}
	*rows = w.ws_row < CANVAS_ROWS_MAX ? w.ws_row : CANVAS_ROWS_MAX;
	*cols = w.ws_col < CANVAS_COLS_MAX ? w.ws_col : CANVAS_COLS_MAX;
}

/* One cell to the library.  What it would count differently from us is
 * replaced: a wrong width shifts the rest of the row. */
static void
draw_cell(struct term *t, int row, int col, const struct cell *cell)
{
	wchar_t text[CCHARW_MAX + 1] = { 0 };
	const char *at = cell->text;
	const char *end = at + strlen(at);
	cchar_t out;
	size_t n = 0;

	while (at < end && n < CCHARW_MAX)
		text[n++] = (wchar_t)text_next(&at, end);
	if (text[0] < 0x20 ||
	    (text[0] >= 0x7f && wcwidth(text[0]) != cell->width)) {
		text[0] = L'?';
		text[1] = L'\0';
	}
	setcchar(&out, text, t->attrs[cell->role], t->pairs[cell->role], NULL);
	mvadd_wch(row, col, &out);
	if (cell->width == 2 && text[0] == L'?')
		mvaddch(row, col + 1, ' ');
}

static void
take_size(struct term *t, const struct canvas *c)
{
	if (t->rows == c->rows && t->cols == c->cols)
		return;
	resizeterm(c->rows, c->cols);
	t->rows = c->rows;
	t->cols = c->cols;
	term_redraw(t);
}

void
term_redraw(struct term *t)
{
	mem_free(t->shown);
	t->shown =
		mem_new((size_t)t->rows * (size_t)t->cols, sizeof(*t->shown));
	clearok(stdscr, TRUE);
}

void
term_draw(struct term *t, const struct canvas *c)
{
	take_size(t, c);
	for (int row = 0; row < c->rows; row++)
		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = canvas_cell(c, row, col);
			struct cell *shown =
				&t->shown[(size_t)row * (size_t)c->cols +
					  (size_t)col];

			if (memcmp(shown, cell, sizeof(*cell)) == 0)
				continue;
			*shown = *cell;
			if (cell->width > 0)
				draw_cell(t, row, col, cell);
		}
	refresh();
}

static int32_t
code_of(int kind, wint_t c)
{
	static const struct {
		wint_t curses;
		int32_t code;
	} rows[] = {
		{ KEY_UP, PRESS_UP },
		{ KEY_DOWN, PRESS_DOWN },
		{ KEY_LEFT, PRESS_LEFT },
		{ KEY_RIGHT, PRESS_RIGHT },
		{ KEY_BTAB, PRESS_LEFT },
		{ KEY_HOME, PRESS_HOME },
		{ KEY_END, PRESS_END },
		{ KEY_PPAGE, PRESS_PAGE_UP },
		{ KEY_NPAGE, PRESS_PAGE_DOWN },
		{ KEY_DC, PRESS_DELETE },
		{ KEY_BACKSPACE, PRESS_BACKSPACE },
		{ KEY_ENTER, PRESS_ENTER },
	};

	if (kind != KEY_CODE_YES)
		return c == '\n' ? PRESS_ENTER : (int32_t)c;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].curses == c)
			return rows[i].code;
	return PRESS_OTHER;
}

static void
paste_char(struct term *t, wint_t c)
{
	size_t used = strlen(t->paste.text);
	char bytes[5];
	size_t len;

	if (c == 0 || c > 0x10ffff)
		return;
	len = text_encode((int32_t)c, bytes);
	if (used + len < sizeof(t->paste.text))
		memcpy(t->paste.text + used, bytes, len + 1);
}

/* Takes one character or key in; true when *out is a press. */
static bool
take_input(struct term *t, int kind, wint_t c, struct press *out)
{
	bool is_key = kind == KEY_CODE_YES;

	t->pasted_ms = clock_real_us() / 1000;
	if (is_key && c == PASTE_BEGIN) {
		t->is_pasting = true;
		t->paste = (struct press){ .kind = PRESS_PASTE };
		return false;
	}
	if (is_key && c == PASTE_END) {
		*out = t->paste;
		out->kind = PRESS_PASTE;
		t->is_pasting = false;
		return true;
	}
	if (t->is_pasting) {
		if (!is_key)
			paste_char(t, c);
		return false;
	}
	if (is_key && c == KEY_RESIZE)
		return false;
	*out = (struct press){ .kind = PRESS_KEY, .code = code_of(kind, c) };
	return true;
}

/* Hung up, or at its end: then the library would only say "nothing". */
static bool
input_is_over(const struct term *t)
{
	struct pollfd p = { .fd = t->in_fd, .events = POLLIN };
	int waiting = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if ((p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		return true;
	return ioctl(t->in_fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

size_t
term_read(struct term *t, struct press *out, size_t max, bool *is_lost)
{
	size_t count = 0;

	*is_lost = input_is_over(t);
	if (*is_lost)
		return 0;
	if (t->is_pasting &&
	    clock_real_us() / 1000 - t->pasted_ms > PASTE_QUIET_MS) {
		t->is_pasting = false;
		out[count++] = t->paste;
	}
	while (count < max) {
		wint_t c;
		int kind = get_wch(&c);

		if (kind == ERR)
			break;
		if (take_input(t, kind, c, &out[count]))
			count++;
	}
	return count;
}

void
term_flush(struct term *t)
{
	flushinp();
	tcflush(t->in_fd, TCIFLUSH);
	t->is_pasting = false;
}

void
term_bell(struct term *t)
{
	send_bytes(t, "\a", 1);
}

void
term_flash(struct term *t)
{
	char *bytes = tigetstr("flash");

	if (bytes != NULL && bytes != (char *)-1)
		flash();
	else
		term_bell(t);
}

void
term_title(struct term *t, const char *text)
{
	char clean[sizeof(t->title)], bytes[sizeof(t->title) + 16];

	text_clean(clean, sizeof(clean), text, strlen(text));
	for (char *p = clean; *p != '\0'; p++)
		if (*p < 0x20 || *p >= 0x7f)
			*p = '?';
	if (!t->speaks_xterm || str_same(clean, t->title))
		return;
	str_copy(t->title, sizeof(t->title), clean);
	str_printf(bytes, sizeof(bytes), "\033]2;%s\033\\", clean);
	send_bytes(t, bytes, strlen(bytes));
}

void
term_resume(struct term *t)
{
	/* The library takes the screen again only after it was given back, and
	 * with it would come, until the next drawing, modes in which keys are
	 * echoed: so it gives it back in ours. */
	reset_prog_mode();
	def_shell_mode();
	endwin();
	if (t->speaks_xterm)
		send_bytes(t, PASTE_ON, strlen(PASTE_ON));
	term_redraw(t);
}

void
term_suspend(struct term *t)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, before;

	if (t->speaks_xterm)
		send_bytes(t, PASTE_OFF, strlen(PASTE_OFF));
	endwin();
	guard_modes();
	sigaction(SIGTSTP, &stop, &before);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
}

bool
term_is_ours(const struct term *t)
{
	pid_t front = tcgetpgrp(t->in_fd);

	return front < 0 || front == getpgrp();
}
