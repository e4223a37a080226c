/* source - an engine as the source of a console. */
#include "ui/source.h"

static struct snapshot *
look(void *with)
{
	return engine_look(with);
}

static bool
send(void *with, const struct command *c)
{
	return engine_send(with, c);
}

static bool
is_over(void *with)
{
	return engine_is_over(with);
}

static void
lost(void *with, const char *why)
{
	engine_console_lost(with, why);
}

void
source_of_engine(struct console_source *out, struct engine *g)
{
	*out = (struct console_source){
		.look = look,
		.send = send,
		.is_over = is_over,
		.lost = lost,
		.fd = engine_fd(g),
		.with = g,
	};
}
