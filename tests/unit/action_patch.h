/* action_patch - a step that sends one PATCH, for the tests of http steps. */
#ifndef TESTS_UNIT_ACTION_PATCH_H
#define TESTS_UNIT_ACTION_PATCH_H

#include "tests/unit/action_scene.h"

#define BODY "{\"versionId\":\"v-2\"}"
#define IS_OLD "{\"versionId\":\"v-1\",\"status\":\"pending\"}"
#define IS_NEW "{\"versionId\":\"v-2\",\"status\":\"deployed\"}"

/* A PATCH of /flows/1 that wants v-2. */
static inline struct peer *
open_patch(struct scene *s, const struct peer_row *rows, size_t count)
{
	struct peer *p = peer_start(rows, count);

	scene_open(s, peer_url(p));
	scene_set(s, "method", "PATCH");
	scene_set(s, "path", "/flows/1");
	scene_set(s, "body", BODY);
	return p;
}

static inline void
want_verify(struct scene *s)
{
	scene_set(s, "verify.path", "/flows/1");
	scene_set(s, "verify.pointer", "/versionId");
	scene_set(s, "verify.equals", "v-2");
}

static inline void
want_poll(struct scene *s)
{
	scene_set(s, "poll.pointer", "/status");
	scene_set(s, "poll.done", "deployed");
	scene_set(s, "poll.failed", "failed");
	scene_set(s, "poll.every", "2s");
}

static inline void
close_all(struct scene *s, struct peer *p)
{
	scene_close(s);
	peer_stop(p);
}

#endif
