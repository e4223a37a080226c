/* message - life cycle of what reaches the director's inbox. */
#include "engine/message.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct message *
message_new(enum message_kind kind)
{
	struct message *m = mem_new(1, sizeof(*m));

	assert(kind <= MESSAGE_LOST);
	m->kind = kind;
	return m;
}

void
message_add_found(struct message *m, size_t count)
{
	assert(m->found == NULL);
	m->found = mem_new(count, sizeof(*m->found));
	m->found_count = count;
}

void
message_free(void *message)
{
	struct message *m = message;

	if (m == NULL)
		return;
	probe_report_free(m->report);
	mem_free(m->found);
	mem_free(m);
}

bool
message_same_probe(const void *old, const void *item)
{
	const struct message *a = old, *b = item;

	return a->kind == MESSAGE_REPORT && b->kind == MESSAGE_REPORT &&
	       strcmp(a->report->probe, b->report->probe) == 0;
}
