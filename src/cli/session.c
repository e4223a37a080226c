/* session - runbook, secrets, fence: in one place for all commands. */
#include "cli/session.h"

#include "cli/bind.h"

int
session_open(struct session *s, const struct cli_command *self,
	     const char *runbook, const char *twin_dir)
{
	struct err e = { .code = ERR_NONE };
	int code;

	*s = (struct session){ 0 };
	code = load_book(self, runbook, &s->book);
	if (code >= 0)
		return code;
	if (twin_dir == NULL)
		code = load_secrets(self, s->book);
	else if (bind_to_twin(twin_dir, s->book, &s->fence, &e) != ERR_NONE)
		code = cli_fail(self, EXIT_USAGE, "%s", e.text);
	if (code >= 0) {
		session_clear(s);
		return code;
	}
	load_ages(s->book);
	return -1;
}

void
session_clear(struct session *s)
{
	fence_clear(&s->fence);
	book_drop(s->book);
	*s = (struct session){ 0 };
}
