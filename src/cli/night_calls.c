/* night_calls - how a screen calls for a person. */
#include "cli/night_calls.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"

#define VARIABLE "@warroom"
#define JOB_US 10000000LL /* a program that takes longer is ended */
#define END_US 1000000LL
#define DEFAULT_HOW "bell,title,tmux"

extern char **environ;

static const struct {
	const char *word;
	unsigned bit;
} ways[] = {
	{ "bell", CALL_BELL }, { "flash", CALL_FLASH }, { "title", CALL_TITLE },
	{ "tmux", CALL_TMUX }, { "none", 0 },
};

/* Printable ASCII without what tmux would read as a format. */
static void
plain_text(char *to, size_t size, const char *text)
{
	text_clean(to, size, text, strlen(text));
	for (; *to != '\0'; to++)
		if (*to < 0x20 || *to >= 0x7f || *to == '#')
			*to = '?';
}

static bool
spawn(pid_t *pid, const char *program, char *const argv[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int failure;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	failure = posix_spawnp(pid, program, &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return failure == 0;
}

/* Has the job no program running any more? */
static bool
is_free(struct night_job *j)
{
	if (j->pid == 0)
		return true;
	if (clock_real_us() - j->since_us > JOB_US)
		kill(j->pid, SIGKILL);
	if (waitpid(j->pid, NULL, WNOHANG) == 0)
		return false;
	j->pid = 0;
	return true;
}

static void
tell_tmux(struct night_calls *c)
{
	struct night_job *j = &c->tmux;
	char *set[] = { "tmux",	 "set-option", "-p",	"-t",
			c->pane, VARIABLE,     j->text, NULL };
	char *unset[] = { "tmux", "set-option", "-p",	  "-u",
			  "-t",	  c->pane,	VARIABLE, NULL };

	if (!j->is_due || !is_free(j))
		return;
	j->is_due = false;
	j->since_us = clock_real_us();
	if (!spawn(&j->pid, "tmux", j->text[0] != '\0' ? set : unset))
		c->has_tmux = false; /* not there: do not try again */
}

static void
tell_program(struct night_calls *c)
{
	struct night_job *j = &c->command;
	char program[1024];
	char *argv[] = { program, j->text, NULL };

	if (!j->is_due || !is_free(j))
		return;
	j->is_due = false;
	j->since_us = clock_real_us();
	if (!str_copy(program, sizeof(program), c->program) ||
	    !spawn(&j->pid, program, argv))
		c->program = NULL;
}

static void
on_round(void *with)
{
	struct night_calls *c = with;

	if (c->has_tmux)
		tell_tmux(c);
	if (c->program != NULL)
		tell_program(c);
	is_free(&c->tmux);
	is_free(&c->command);
}

static void
on_state(void *with, const char *text)
{
	struct night_calls *c = with;

	plain_text(c->tmux.text, sizeof(c->tmux.text), text);
	c->tmux.is_due = true;
	on_round(c);
}

static void
on_call(void *with, const char *text)
{
	struct night_calls *c = with;

	plain_text(c->command.text, sizeof(c->command.text), text);
	c->command.is_due = true;
	on_round(c);
}

static bool
read_ways(const char *list, unsigned *how)
{
	*how = 0;
	while (*list != '\0') {
		size_t len = strcspn(list, ","), i = 0;

		while (i < ARRAY_LEN(ways) &&
		       (strlen(ways[i].word) != len ||
			strncmp(ways[i].word, list, len) != 0))
			i++;
		if (i == ARRAY_LEN(ways))
			return false;
		*how |= ways[i].bit;
		list += len + (list[len] == ',');
	}
	return true;
}

/* "%17", as tmux names its panes. */
static bool
is_pane(const char *text)
{
	return text != NULL && text[0] == '%' && text[1] != '\0' &&
	       strspn(text + 1, "0123456789") == strlen(text + 1);
}

int
night_calls_open(struct night_calls *c, const struct cli_command *self,
		 const struct cli_args *args)
{
	const char *given = cli_value(self, args, "notify");
	const char *list = given != NULL ? given : getenv("WARROOM_NOTIFY");
	const char *tmux = getenv("TMUX"), *pane = getenv("TMUX_PANE");

	*c = (struct night_calls){ .program =
					   getenv("WARROOM_NOTIFY_COMMAND") };
	c->hook = (struct console_hook){ on_state, on_call, on_round, c };
	if (list == NULL || list[0] == '\0')
		list = DEFAULT_HOW;
	if (!read_ways(list, &c->how))
		return cli_fail(self, EXIT_USAGE,
				"%s %.80s: want bell, flash, title, tmux or "
				"none, with commas between",
				given != NULL ? "--notify" : "WARROOM_NOTIFY",
				list);
	if (c->program != NULL && c->program[0] == '\0')
		c->program = NULL;
	if (c->program != NULL && c->program[0] != '/')
		return cli_fail(self, EXIT_USAGE,
				"WARROOM_NOTIFY_COMMAND %.80s: want the whole "
				"path of a program",
				c->program);
	if (c->program != NULL && access(c->program, X_OK) != 0)
		return cli_fail(self, EXIT_USAGE,
				"WARROOM_NOTIFY_COMMAND %.80s: is no program "
				"that can be run",
				c->program);
	c->has_tmux = (c->how & CALL_TMUX) != 0 && tmux != NULL &&
		      tmux[0] != '\0' && is_pane(pane) &&
		      str_copy(c->pane, sizeof(c->pane), pane);
	return -1;
}

void
night_calls_close(struct night_calls *c)
{
	int64_t until_us = clock_real_us() + END_US;

	if (c->has_tmux) {
		c->tmux.text[0] = '\0';
		c->tmux.is_due = true;
	}
	do
		on_round(c);
	while ((c->tmux.pid != 0 || (c->has_tmux && c->tmux.is_due)) &&
	       clock_real_us() < until_us && usleep(5000) == 0);
}
