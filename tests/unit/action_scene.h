/*
 * action_scene - a small book, one act, and what performing it told.
 *
 * Room time runs a hundred times faster here, so that polls and backoffs are
 * short while exchanges keep their real deadlines.
 */
#ifndef TESTS_UNIT_ACTION_SCENE_H
#define TESTS_UNIT_ACTION_SCENE_H

#include "tests/lib/test.h"

#include <stdatomic.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "tests/lib/peer.h"

#define SCENE_SPEED 100
#define SCENE_EVENTS 400

struct scene {
	struct book *book;
	struct fence fence;
	struct action_env env;
	struct act act;
	struct cancel cancel;
	struct action_job job;
	struct action_result result;
	struct action_event events[SCENE_EVENTS];
	int event_count;
	atomic_uint states; /* told so far, a bit each */
	struct thread thread;
};

static inline void
scene_hear(void *ctx, const struct action_event *event)
{
	struct scene *s = ctx;

	if (s->event_count < SCENE_EVENTS)
		s->events[s->event_count++] = *event;
	atomic_fetch_or(&s->states, 1u << event->state);
}

/* `url` becomes the endpoint "platform". */
static inline void
scene_open(struct scene *s, const char *url)
{
	struct err e;

	memset(s, 0, sizeof(*s));
	s->book = book_new();
	s->book->endpoints = mem_new(3, sizeof(*s->book->endpoints));
	s->book->endpoint_count = 1;
	str_copy(s->book->endpoints[0].id, BOOK_ID, "platform");
	str_copy(s->book->endpoints[0].adapter, 16, "guide");
	s->book->endpoints[0].url = mem_text(url);
	s->book->endpoints[0].secret = mem_text("token-of-the-scene");
	fence_clear(&s->fence);
	s->env.book = s->book;
	s->env.fence = &s->fence;
	s->env.auth = auth_store_new();
	CHECK_OK(cancel_open(&s->cancel, &e), &e);
	str_copy(s->act.kind, sizeof(s->act.kind), "http");
	settings_add(&s->act.with, "endpoint", "platform");
	s->job = (struct action_job){ .env = &s->env,
				      .act = &s->act,
				      .key = "key-of-the-transaction",
				      .idempotent = true,
				      .max_attempts = 4,
				      .timeout_ms = 60000,
				      .seed = 7,
				      .cancel = &s->cancel,
				      .report = scene_hear,
				      .ctx = s };
}

static inline void
scene_endpoint(struct scene *s, const char *id, const char *adapter,
	       const char *url)
{
	struct book_endpoint *p =
		&s->book->endpoints[s->book->endpoint_count++];

	str_copy(p->id, sizeof(p->id), id);
	str_copy(p->adapter, sizeof(p->adapter), adapter);
	p->url = mem_text(url);
}

static inline void
scene_set(struct scene *s, const char *name, const char *text)
{
	settings_add(&s->act.with, name, text);
}

static inline void
scene_close(struct scene *s)
{
	act_clear(&s->act);
	cancel_close(&s->cancel);
	auth_store_free(s->env.auth);
	/* whoever resolves a secret ends it: the book only carries it */
	mem_free(s->book->endpoints[0].secret);
	s->book->endpoints[0].secret = NULL;
	book_drop(s->book);
	fence_clear(&s->fence);
}

static inline void
scene_perform(struct scene *s)
{
	action_perform(&s->job, &s->result);
}

static inline void
scene_body(void *arg)
{
	scene_perform(arg);
}

/* On a thread of its own; scene_join() waits for its end. */
static inline void
scene_start(struct scene *s)
{
	struct err e;

	CHECK_OK(thread_start(&s->thread, "actor", scene_body, s, &e), &e);
}

static inline void
scene_join(struct scene *s)
{
	thread_join(&s->thread);
}

static inline bool
scene_told(const struct scene *s, enum step_state state)
{
	for (int i = 0; i < s->event_count; i++)
		if (s->events[i].state == state)
			return true;
	return false;
}

#endif
