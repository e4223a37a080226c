/* everything_named_test - no pane, key or role without its help, its entry in
 * each theme and its line in the manual. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/eye.h"
#include "ui/pane.h"
#include "ui/works.h"

#define ROWS 100 /* where all help has room */
#define COLS 200

static const char *const theme_names[] = { "dark", "light", "high-contrast",
					   "colour-blind", "mono" };

/* A manual page as readers see it, without marks; mem_free() it. */
static char *
manual(const char *path)
{
	char *text = test_file_read(path);
	char *to = text;

	assert_non_null(text);
	for (const char *p = text; *p != '\0'; p++)
		if (p[0] == '\\' && (p[1] == '&' || p[1] == '-'))
			p += p[1] == '&' ? 1 : 0;
		else
			*to++ = *p;
	*to = '\0';
	return text;
}

static void
every_role_has_help_a_style_in_each_theme_and_a_line(void **state)
{
	char *page = manual("man/warroom-theme.5");

	TEST_UNUSED(state);
	for (int i = 0; i < ROLE_COUNT; i++) {
		char line[80];

		CHECK_ROW(role_rows[i].name, role_rows[i].help[0] != '\0');
		for (size_t t = 0; t < ARRAY_LEN(theme_names); t++) {
			char path[80], entry[40];
			char *file, *at;
			int sets = 0;

			str_printf(path, sizeof(path), "themes/%s.yaml",
				   theme_names[t]);
			str_printf(entry, sizeof(entry),
				   "\n  %s:", role_rows[i].name);
			at = file = test_file_read(path);
			assert_non_null(file);
			while ((at = strstr(at, entry)) != NULL) {
				at += strlen(entry);
				sets++;
			}
			mem_free(file);
			CHECK_ROW(entry, sets == 3); /* 256, 16, mono */
		}
		str_printf(line, sizeof(line), ".It Ic %s\n",
			   role_rows[i].name);
		CHECK_HOLDS(page, line);
		CHECK_HOLDS(page, role_rows[i].help);
	}
	mem_free(page);
}

/* The page of keys of a mode lists the key when it would do something. */
static void
check_listed(const struct key_row *k, enum scene scene, enum view_mode mode)
{
	struct frame f;
	struct eye e;

	if ((k->where & (1u << mode)) == 0 ||
	    keymap_find(mode, k->codes[0]) != k)
		return;
	eye_open(&e, scene, ROWS, COLS, CHARSET_ASCII);
	e.view.mode = MODE_HELP;
	e.view.back = mode;
	eye_look(&e);
	frame_make(&f, e.s, &e.view, e.now);
	CHECK_ROW(k->help,
		  (strstr(buf_str(&e.text), k->help) != NULL) == works(k, &f));
	frame_clear(&f);
	eye_close(&e);
}

static void
every_key_has_help_where_it_works_and_a_line(void **state)
{
	static const enum scene scenes[] = { SCENE_BREACH, SCENE_UNKNOWN,
					     SCENE_PAUSED, SCENE_ROLLING };
	char *page = manual("man/warroom.1");

	TEST_UNUSED(state);
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *k = &key_rows[i];

		CHECK_ROW(k->name, k->help[0] != '\0' && k->where != 0);
		CHECK_HOLDS(page, k->name);
		for (int m = 0; m < VIEW_MODE_COUNT; m++)
			for (size_t s = 0; s < ARRAY_LEN(scenes); s++)
				check_listed(k, scenes[s], (enum view_mode)m);
	}
	mem_free(page);
}

static void
every_pane_has_a_title_help_and_a_line(void **state)
{
	char *page = manual("man/warroom.1");

	TEST_UNUSED(state);
	for (int i = 0; i < PANE_COUNT; i++) {
		CHECK_ROW(pane_kinds[i]->name, pane_kinds[i]->help[0] != '\0');
		CHECK_HOLDS(page, pane_kinds[i]->title);
		CHECK_HOLDS(page, pane_kinds[i]->help);
	}
	mem_free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_role_has_help_a_style_in_each_theme_and_a_line),
		cmocka_unit_test(every_key_has_help_where_it_works_and_a_line),
		cmocka_unit_test(every_pane_has_a_title_help_and_a_line),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
