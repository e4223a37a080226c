/* every_view_test - each view in each size, set of signs and kind of colours:
 * what must hold everywhere, and what each view promises to show. */
#include "tests/lib/test.h"

#include <ctype.h>
#include <locale.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/theme.h"
#include "tests/lib/views.h"

#define TOP_ROWS 3
#define WIDE_ROWS 400 /* where nothing of a scene is cut */
#define WIDE_COLS 900

static const struct size {
	int rows, cols;
	enum layout_kind layout;
} sizes[] = {
	{ 36, 120, LAYOUT_WIDE },  { 24, 80, LAYOUT_MEDIUM },
	{ 19, 60, LAYOUT_MEDIUM }, { 12, 40, LAYOUT_SMALL },
	{ 5, 20, LAYOUT_SMALL },
};

enum { FULL, USUAL, NARROW, SMALL, LEAST }; /* of sizes[] */

static const char *const theme_names[] = { "dark", "light", "high-contrast",
					   "colour-blind", "mono" };

static struct theme themes[ARRAY_LEN(theme_names)];

/* A case of the walk, for what is printed when one fails. */
struct at {
	const struct view_row *view;
	const struct size *size;
	enum charset set;
	char name[120];
};

typedef void visit_fn(struct eye *e, const struct at *at);

static void
visit_all(visit_fn *visit)
{
	for (size_t v = 0; v < view_row_count; v++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			for (int set = 0; set < 2; set++) {
				struct at at = { &view_rows[v], &sizes[i],
						 (enum charset)set, "" };
				struct eye e;

				str_printf(at.name, sizeof(at.name),
					   "%s at %d x %d in %s", at.view->name,
					   at.size->cols, at.size->rows,
					   set == CHARSET_ASCII ? "ASCII"
								: "UTF-8");
				view_row_open(&e, at.view, at.size->rows,
					      at.size->cols, at.set);
				visit(&e, &at);
				eye_close(&e);
			}
}

static bool
holds(struct eye *e, const char *text)
{
	return strstr(buf_str(&e->text), text) != NULL;
}

static void
must_hold(struct eye *e, const struct at *at, const char *text)
{
	if (holds(e, text))
		return;
	print_error("%s does not show: %s\n%s", at->name, text,
		    buf_str(&e->text));
	fail();
}

/* ---- what holds everywhere ---- */

static bool
is_prompt(const struct at *at)
{
	return at->view->mode == MODE_PROMPT;
}

static void
check_cells(struct eye *e, const struct at *at)
{
	const struct canvas *c = &e->canvas;

	for (int row = 0; row < c->rows; row++) {
		int width = 0;

		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = canvas_cell(c, row, col);
			const char *t = cell->text;
			char clean[64];

			width += cell->width;
			CHECK_ROW(at->name, cell->role < ROLE_COUNT);
			if (strlen(t) == 1 && t[0] >= 0x20 && t[0] < 0x7f)
				continue;
			CHECK_ROW(at->name, at->set == CHARSET_UTF8);
			text_clean(clean, sizeof(clean), t, strlen(t));
			CHECK_ROW(at->name, str_same(clean, t));
		}
		CHECK_ROW(at->name, width == c->cols);
	}
	CHECK_ROW(at->name, canvas_cell(c, c->rows, 0) == NULL);
	CHECK_ROW(at->name, canvas_cell(c, 0, c->cols) == NULL);
}

static void
every_cell_is_clean_of_its_set_and_on_the_screen(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_cells);
}

/* Where am I, what is decided, how long back: in the first lines. */
static void
check_head(struct eye *e, const struct at *at)
{
	const char *top = eye_row(e, 0);
	char badge[32];
	struct frame f;

	CHECK_ROW(at->name, e->view.layout == at->size->layout);
	CHECK_ROW(at->name, str_starts(top, " PROD  LIVE "));
	frame_make(&f, e->s, &e->view, e->now);
	str_printf(badge, sizeof(badge), "%s%s%s",
		   words_glyph(at->set, GLYPH_BADGE_LEFT),
		   verdict_word(f.decision.verdict),
		   words_glyph(at->set, GLYPH_BADGE_RIGHT));
	frame_clear(&f);
	must_hold(e, at, badge);
	if (at->size->layout < LAYOUT_MEDIUM)
		return;
	CHECK_ROW(at->name, str_starts(eye_row(e, 1), badge));
	if (at->view->scene == SCENE_ROLLING)
		CHECK_ROW(at->name,
			  str_starts(eye_row(e, 2), " ROLLING BACK  1 of 4"));
	else if (at->view->scene == SCENE_PROPOSED)
		CHECK_ROW(at->name,
			  str_starts(eye_row(e, 2), " ROLLBACK PROPOSED"));
	else
		CHECK_ROW(at->name,
			  str_starts(eye_row(e, 2), " rollback now "));
}

static void
place_mode_decision_and_clock_stay_in_every_view(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_head);
}

static void
check_promises(struct eye *e, const struct at *at)
{
	const struct view_row *v = at->view;
	const char *const *all = NULL;

	CHECK_ROW(at->name, e->view.mode == v->mode);
	if (at->size == &sizes[FULL])
		all = v->full;
	else if (at->size == &sizes[USUAL])
		all = v->usual;
	else if (at->size == &sizes[NARROW])
		must_hold(e, at, v->narrow);
	else if (at->size == &sizes[SMALL] && !is_prompt(at))
		must_hold(e, at, v->small);
	for (int i = 0; all != NULL && i < VIEW_PROMISES && all[i] != NULL; i++)
		must_hold(e, at, all[i]);
}

static void
every_view_shows_what_it_promises(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_promises);
}

/* A plan is seen with its phrase and the line it is typed in, or not at all,
 * and what is not seen does not stay open. */
static void
check_confirm(struct eye *e, const struct at *at)
{
	const struct room_prompt *p = &scene_room(e->s)->prompt;

	if (!is_prompt(at))
		return;
	if (holds(e, p->phrase)) {
		must_hold(e, at, "> _");
		must_hold(e, at, "esc");
		return;
	}
	for (size_t i = 0; i < p->line_count; i++)
		CHECK_ROW(at->name, !holds(e, p->lines[i]));
	eye_type(e, p->phrase);
	eye_press(e, PRESS_ENTER);
	CHECK_ROW(at->name, !e->out.has_command ||
				    e->out.command.verb != COMMAND_CONFIRM);
	/* Seen too small for long enough. */
	eye_wait(e, 1);
	eye_wait(e, VIEW_UNFIT_MS);
	CHECK_ROW(at->name, e->is_told);
	CHECK_ROW(at->name, e->told.verb == COMMAND_DECLINE);
}

static void
a_confirm_shows_its_phrase_or_is_withdrawn(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_confirm);
}

/* ---- what is cut says so ---- */

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Is the word at `at` one of `text`, whole? */
static bool
has_word(const char *text, const char *word, size_t len)
{
	for (const char *at = text;
	     (at = memmem(at, strlen(at), word, len)) != NULL; at++)
		if ((at == text || !is_word_char(at[-1])) &&
		    (at[len] == '.' || !is_word_char(at[len])))
			return true;
	return false;
}

/* Letters only: figures and bars change with the room there is. */
static bool
is_text_word(const char *word, size_t len)
{
	size_t letters = 0;

	for (size_t i = 0; i < len; i++)
		letters += isalpha((unsigned char)word[i]) != 0;
	return letters >= 3;
}

/* A word that is longer than its line goes on in the next one. */
static bool
is_broken(const struct at *at, const char *text, const char *word, size_t len)
{
	const char *begin = word, *end = word + len;

	if (at->size->layout > LAYOUT_SMALL || at->view->mode == MODE_MAIN ||
	    memmem(text, strlen(text), word, len) == NULL)
		return false;
	while (begin > word - at->size->cols && begin[-1] != '\n' &&
	       !is_word_char(begin[-1]))
		begin--;
	while (*end != '\n' && !is_word_char(*end))
		end++;
	return begin[-1] == '\n' || *end == '\n';
}

/* Said on small screens alone, or of what does not fit. */
static bool
is_small_word(const char *word, size_t len)
{
	static const char words[] =
		"The steps gates records objects lines too small plan needs "
		"window of enlarge it Nothing confirmed more down before "
		"phrase counts space or further regions right step Type this "
		"and enter leaves everything as SAFE TIME PASSED LATE";

	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].brief != NULL &&
		    has_word(key_rows[i].brief, word, len))
			return true;
	return has_word(words, word, len);
}

/* Every word of a small screen stands whole on a screen where all has room,
 * or is followed by the mark of what is cut. */
static void
check_cuts(struct eye *e, const struct at *at)
{
	const char *mark = words_glyph(at->set, GLYPH_CUT);
	struct eye large;
	const char *p = buf_str(&e->text);

	view_row_open(&large, at->view, WIDE_ROWS, WIDE_COLS, at->set);
	while (*p != '\0') {
		size_t len = 0;

		while (is_word_char(p[len]))
			len++;
		while (len > 0 && p[len - 1] == '.')
			len--;
		if (is_text_word(p, len) && !str_starts(p + len, mark) &&
		    !has_word(buf_str(&large.text), p, len) &&
		    !is_broken(at, buf_str(&large.text), p, len) &&
		    !is_small_word(p, len)) {
			print_error("%s has a word cut in silence: %.*s\n%s",
				    at->name, (int)len, p, buf_str(&e->text));
			fail();
		}
		p += len > 0 ? len : 1;
	}
	eye_close(&large);
}

static void
no_word_is_cut_in_silence(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_cuts);
}

/* ---- colours, and none ---- */

/* Signs and words that say without a colour what a role says with one. */
static const struct {
	enum role role;
	const char *words[6];
} plain_words[] = {
	{ ROLE_NO_GO,
	  { "NO-GO", "PASSED", "LATE", "ROLL", "mixed", "BEGINS" } },
	{ ROLE_BLIND, { "BLIND", "unknown", "?" } },
	{ ROLE_BADGE_GO, { "GO" } },
	{ ROLE_BADGE_NO_GO, { "NO-GO" } },
	{ ROLE_BADGE_BLIND, { "BLIND", "OFF" } },
	{ ROLE_LIVE, { "LIVE", "PROD" } },
	{ ROLE_RUNNING,
	  { "converging", "ROLLING BACK", "armed", "Switch", "▶", " > " } },
	{ ROLE_FAILED, { "failed", "HALTED" } },
	{ ROLE_UNKNOWN, { "unknown", "? " } },
};

static bool
says_plainly(const char *row, size_t len, enum role role)
{
	bool is_listed = false;

	for (size_t i = 0; i < ARRAY_LEN(plain_words); i++)
		for (int k = 0; plain_words[i].role == role && k < 6 &&
				plain_words[i].words[k] != NULL;
		     k++) {
			const char *word = plain_words[i].words[k];

			is_listed = true;
			if (memmem(row, len, word, strlen(word)) != NULL)
				return true;
		}
	return !is_listed;
}

static bool
has_role(const struct canvas *c, int row, enum role role)
{
	/* What looks out beside the widest box behind it is no text. */
	int margin = row >= TOP_ROWS && c->cols >= 120 ? 2 : 0;

	for (int col = margin; col < c->cols - margin; col++)
		if (canvas_cell(c, row, col)->role == role)
			return true;
	return false;
}

/* In this row or in those above it that it continues; for the window's clock
 * in the third line, whose mind it is of. */
static bool
is_said(struct eye *e, int row, enum role role)
{
	if (says_plainly("", 0, role))
		return true; /* emphasis, which says nothing of its own */
	row = row == 0 && role == ROLE_NO_GO ? TOP_ROWS - 1 : row;
	for (; row >= 0 && has_role(&e->canvas, row, role); row--) {
		const char *text = eye_row(e, row);

		if (says_plainly(text, strcspn(text, "\n"), role))
			return true;
	}
	return false;
}

static void
check_mono(struct eye *e, const struct at *at)
{
	/* A frame in the colour of what it asks for: its title says it. */
	bool is_box =
		at->view->mode == MODE_PROMPT || at->view->mode == MODE_ALARM;

	for (int row = 0; row < e->canvas.rows; row++)
		for (int role = 0; role < ROLE_COUNT; role++) {
			if ((is_box && role == ROLE_NO_GO) ||
			    !has_role(&e->canvas, row, (enum role)role) ||
			    is_said(e, row, (enum role)role))
				continue;
			print_error("%s: %s in row %d is told by colour "
				    "alone\n%s",
				    at->name, role_rows[role].name, row,
				    buf_str(&e->text));
			fail();
		}
}

static void
what_a_colour_says_a_word_says_too(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_mono);
}

static bool
is_colour(int c)
{
	return c >= -1 && c <= 255;
}

/* Every role on the screen has a style in each theme: with 256 colours one
 * that can be shown, and in mono one without a colour. */
static void
check_styles(struct eye *e, const struct at *at)
{
	const unsigned known =
		STYLE_BOLD | STYLE_UNDERLINE | STYLE_REVERSE | STYLE_DIM;

	for (int row = 0; row < e->canvas.rows; row++)
		for (int col = 0; col < e->canvas.cols; col++) {
			int role = canvas_cell(&e->canvas, row, col)->role;

			for (size_t i = 0; i < ARRAY_LEN(themes); i++) {
				const struct style *s = &themes[i].at256[role];
				const struct style *m = &themes[i].mono[role];

				CHECK_ROW(at->name,
					  is_colour(s->fg) && is_colour(s->bg));
				CHECK_ROW(at->name, (s->attrs & ~known) == 0);
				CHECK_ROW(at->name, (m->attrs & ~known) == 0);
				CHECK_ROW(at->name, m->fg == -1 && m->bg == -1);
			}
		}
}

static void
every_role_seen_has_its_style_in_every_theme(void **state)
{
	TEST_UNUSED(state);
	visit_all(check_styles);
}

/* What must not be mixed up is not, without any colour. */
static void
mono_tells_the_decisions_apart(void **state)
{
	const struct theme *mono = &themes[ARRAY_LEN(themes) - 1];

	TEST_UNUSED(state);
	assert_string_equal(mono->name, "mono");
	assert_true(mono->mono[ROLE_NO_GO].attrs != mono->mono[ROLE_GO].attrs);
	assert_true(mono->mono[ROLE_BLIND].attrs != mono->mono[ROLE_GO].attrs);
	assert_true(mono->mono[ROLE_STALE].attrs !=
		    mono->mono[ROLE_NO_GO].attrs);
	assert_true(mono->mono[ROLE_BADGE_NO_GO].attrs !=
		    mono->mono[ROLE_BADGE_GO].attrs);
}

static int
begin(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(theme_names); i++) {
		struct findings f;
		struct err e = { .code = ERR_NONE };
		char path[80];

		f = (struct findings){ 0 };
		str_printf(path, sizeof(path), "themes/%s.yaml",
			   theme_names[i]);
		if (theme_load(&themes[i], path, &f, &e) != ERR_NONE)
			print_error("%s: %s\n", path, e.text);
		assert_int_equal(e.code, ERR_NONE);
		findings_clear(&f);
	}
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_cell_is_clean_of_its_set_and_on_the_screen),
		cmocka_unit_test(
			place_mode_decision_and_clock_stay_in_every_view),
		cmocka_unit_test(every_view_shows_what_it_promises),
		cmocka_unit_test(a_confirm_shows_its_phrase_or_is_withdrawn),
		cmocka_unit_test(no_word_is_cut_in_silence),
		cmocka_unit_test(what_a_colour_says_a_word_says_too),
		cmocka_unit_test(every_role_seen_has_its_style_in_every_theme),
		cmocka_unit_test(mono_tells_the_decisions_apart),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, begin, NULL);
}
