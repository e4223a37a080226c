/* snapshot - an immutable picture of the room for screens and reports. */
#include "model/snapshot.h"

#include <assert.h>

#include "base/mem.h"

struct snapshot *
snapshot_new(struct room *room, struct snapshot_probe *probes, size_t count)
{
	struct snapshot *s = mem_new(1, sizeof(*s));

	assert(room != NULL);
	assert(probes != NULL || count == 0);
	atomic_init(&s->refs, 1);
	s->room = room;
	s->probes = probes;
	s->probe_count = count;
	return s;
}

struct snapshot *
snapshot_take(struct snapshot *s)
{
	int before =
		atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);

	assert(before > 0);
	(void)before;
	return s;
}

void
snapshot_drop(struct snapshot *s)
{
	int before;

	if (s == NULL)
		return;
	/* The last one to leave must see what all others did before. */
	before = atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before > 1)
		return;
	room_free(s->room);
	mem_free(s->probes);
	mem_free(s);
}
