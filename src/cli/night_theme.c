/* night_theme - the theme a screen asks for, or one that can be read. */
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/str.h"
#include "cli/load.h"
#include "cli/night.h"
#include "conf/theme.h"

#define DEFAULT_THEME "dark"

static bool
theme_path(char *to, size_t size, const char *name)
{
	char share[FS_PATH];

	if (strchr(name, '/') != NULL || str_ends(name, ".yaml"))
		return str_copy(to, size, name);
	return str_printf(share, sizeof(share), "themes/%s.yaml", name) &&
	       load_share(to, size, share);
}

/* Is the file sound, but for colours nobody can read? */
static bool
is_only_unreadable(const struct findings *f)
{
	size_t unreadable = 0;

	for (size_t i = 0; i < f->count; i++)
		unreadable += f->items[i].is_error &&
			      str_same(f->items[i].rule, "unreadable");
	return unreadable > 0 && unreadable == f->errors;
}

/* Nothing is as bad at night as a screen that does not come: one that cannot
 * be read is replaced. */
static int
fall_back(const struct cli_command *self, const char *path, struct theme *out,
	  bool *found)
{
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };
	char other[FS_PATH];

	*found = theme_path(other, sizeof(other), DEFAULT_THEME) &&
		 theme_load(out, other, &f, &e) == ERR_NONE;
	findings_clear(&f);
	cli_fail(self, 0,
		 "%s has colors that nobody can read (warroom check %s says "
		 "which): going on with %s",
		 path, path,
		 *found ? "the theme " DEFAULT_THEME : "attributes alone");
	return -1;
}

int
night_theme(const struct cli_command *self, const char *given,
	    struct theme *out, bool *found)
{
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };
	char path[FS_PATH];
	struct buf text;
	int code = -1;

	*found = theme_path(path, sizeof(path),
			    given != NULL ? given : DEFAULT_THEME);
	if (!*found && given != NULL)
		return cli_fail(self, EXIT_USAGE, "no theme \"%s\"", given);
	if (!*found) {
		cli_fail(self, 0,
			 "no themes beside the program: going on without "
			 "colours; give --theme FILE");
		return -1;
	}
	if (theme_load(out, path, &f, &e) != ERR_NONE) {
		if (is_only_unreadable(&f)) {
			findings_clear(&f);
			return fall_back(self, path, out, found);
		}
		buf_init(&text, 65536);
		findings_print(&text, &f);
		fputs(buf_str(&text), stderr);
		buf_clear(&text);
		code = f.errors > 0 ? EXIT_USAGE
				    : cli_fail(self, EXIT_USAGE, "%s", e.text);
	}
	findings_clear(&f);
	return code;
}
