/* night - the console or plain lines on this terminal, until the end. */
#include "cli/night.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/night_calls.h"
#include "cli/watchers.h"
#include "journal/journal.h"
#include "ui/console.h"
#include "ui/plain.h"

static bool
read_color(const struct cli_command *self, const struct cli_args *args,
	   enum term_color *out)
{
	const char *when = cli_value(self, args, "color");

	*out = TERM_COLOR_AUTO;
	if (when == NULL || strcmp(when, "auto") == 0)
		return true;
	*out = strcmp(when, "never") == 0 ? TERM_COLOR_NEVER
					  : TERM_COLOR_ALWAYS;
	if (strcmp(when, "never") == 0 || strcmp(when, "always") == 0)
		return true;
	cli_fail(self, EXIT_USAGE, "--color %s: want auto, always or never",
		 when);
	return false;
}

static enum console_end
sit_plain(const struct console_source *source, bool wanted, int signal_fd)
{
	const struct plain_options o = {
		/* Without a terminal nobody answers, unless lines were
		 * asked for. */
		.in_fd = wanted || isatty(STDIN_FILENO) ? STDIN_FILENO : -1,
		.out_fd = STDOUT_FILENO,
		.signal_fd = signal_fd,
	};

	return plain_run(source, &o);
}

int
night_show(const struct cli_command *self, const struct cli_args *args,
	   const struct console_source *source, int signal_fd, bool *on_screen,
	   enum console_end *how)
{
	struct err e = { .code = ERR_NONE };
	bool plain = cli_has(self, args, "plain"), found, unasked;
	struct night_calls calls;
	struct theme theme;
	struct console_options o = {
		.term = { .in_fd = STDIN_FILENO,
			  .out_fd = STDOUT_FILENO,
			  .is_ascii = cli_has(self, args, "ascii") },
		.signal_fd = signal_fd,
	};
	int code;

	if (on_screen == NULL)
		on_screen = &unasked;
	*on_screen = false;
	if (!read_color(self, args, &o.term.color))
		return EXIT_USAGE;
	code = night_calls_open(&calls, self, args);
	if (code >= 0)
		return code;
	o.calls = calls.how;
	o.hook = &calls.hook;
	code = night_theme(self, cli_value(self, args, "theme"), &theme,
			   &found);
	if (code >= 0)
		return code;
	o.term.theme = found ? &theme : NULL;
	if (!plain && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		*on_screen = true;
		if (console_run(how, source, &o, &e) == ERR_NONE) {
			night_calls_close(&calls);
			return -1;
		}
		*on_screen = false;
		if (e.code != ERR_ABSENT)
			return cli_fail(self, EXIT_NO_GO, "%s", e.text);
		cli_fail(self, 0, "%s; going on in plain lines", e.text);
	}
	*how = sit_plain(source, plain, signal_fd);
	return -1;
}

/* The director ends what was begun; nothing here holds it up. */
static void
wait_for_end(struct engine *g)
{
	while (!engine_is_over(g)) {
		struct snapshot *s = engine_look(g);

		snapshot_drop(s);
		usleep(20000);
	}
}

void
night_print_end(const char *mode, const struct room *r)
{
	static const char *const lives[] = {
		[ROOM_NEW] = "new",
		[ROOM_OPEN] = "open",
		[ROOM_PARKED] = "parked",
		[ROOM_CLOSED] = "closed",
	};

	printf("%s room %s, %s: rollback %s, head %.12s\n", mode, r->name,
	       lives[r->life], rollback_word(r->rollback), r->head);
}

int
night_sit(const struct cli_command *self, const struct cli_args *args,
	  struct engine *g, const char *dir, int signal_fd)
{
	const struct command park = { .verb = COMMAND_PARK };
	enum console_end how = CONSOLE_PARKED;
	struct console_source source;
	struct snapshot *s;
	int code;

	source_of_engine(&source, g);
	source.record = journal_find;
	source.watchers = watchers_count;
	source.room = dir;
	source.is_read_only = cli_has(self, args, "read-only");
	code = night_show(self, args, &source, signal_fd, NULL, &how);
	while (!engine_is_over(g) && !engine_send(g, &park))
		usleep(20000);
	wait_for_end(g);
	if (code >= 0)
		return code;
	s = engine_look(g);
	code = how == CONSOLE_LOST ? EXIT_INTERRUPTED : night_code(s);
	if (how != CONSOLE_LOST && s->notice[0] != '\0' && !s->is_held)
		cli_fail(self, EXIT_NO_GO, "%s", s->notice);
	if (how != CONSOLE_LOST)
		night_print_end(s->room->mode, s->room);
	snapshot_drop(s);
	return code;
}
