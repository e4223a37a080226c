/*
 * probe_scene - a small book of probes and what their poller reported.
 */
#ifndef TESTS_UNIT_PROBE_SCENE_H
#define TESTS_UNIT_PROBE_SCENE_H

#include "tests/lib/test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "probe/probe.h"
#include "tests/lib/peer.h"

#define SCENE_PROBES 64
#define SCENE_REPORTS 20000

struct scene {
	struct book *book;
	struct fence fence;
	struct probe_env env;
	struct poller *poller;
	struct lock lock;
	struct probe_report *reports[SCENE_REPORTS];
	int count;
};

static inline void
scene_open(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->book = book_new();
	s->book->endpoints = mem_new(8, sizeof(*s->book->endpoints));
	s->book->probes = mem_new(SCENE_PROBES, sizeof(*s->book->probes));
	fence_clear(&s->fence);
	s->env.book = s->book;
	s->env.fence = &s->fence;
	s->env.auth = auth_store_new();
	lock_init(&s->lock);
}

static inline void
scene_endpoint(struct scene *s, const char *id, const char *url)
{
	struct book_endpoint *p =
		&s->book->endpoints[s->book->endpoint_count++];

	str_copy(p->id, sizeof(p->id), id);
	p->url = mem_text(url);
}

static inline struct book_probe *
scene_probe(struct scene *s, const char *id, const char *kind)
{
	struct book_probe *p = &s->book->probes[s->book->probe_count++];

	str_copy(p->id, sizeof(p->id), id);
	str_copy(p->kind, sizeof(p->kind), kind);
	p->every_ms = 5000;
	p->timeout_ms = 1000;
	p->signals = mem_new(16, sizeof(*p->signals));
	return p;
}

static inline void
scene_set(struct book_probe *p, const char *name, const char *text)
{
	settings_add(&p->with, name, text);
}

static inline struct book_signal *
scene_signal(struct book_probe *p, const char *name, const char *from)
{
	struct book_signal *s = &p->signals[p->signal_count++];

	str_copy(s->name, sizeof(s->name), name);
	s->from = mem_text(from);
	s->scale = 1;
	return s;
}

static inline void
scene_take(void *ctx, struct probe_report *report)
{
	struct scene *s = ctx;

	lock_take(&s->lock);
	if (s->count < SCENE_REPORTS)
		s->reports[s->count++] = report;
	else
		probe_report_free(report);
	lock_drop(&s->lock);
}

static inline void
scene_start(struct scene *s)
{
	struct err e;

	CHECK_OK(poller_start(&s->poller, &s->env, NULL, 7, scene_take, s, &e),
		 &e);
}

static inline void
scene_stop(struct scene *s)
{
	poller_stop(s->poller);
	s->poller = NULL;
}

static inline void
scene_close(struct scene *s)
{
	scene_stop(s);
	for (int i = 0; i < s->count; i++)
		probe_report_free(s->reports[i]);
	auth_store_free(s->env.auth);
	book_drop(s->book);
	fence_clear(&s->fence);
	lock_clear(&s->lock);
}

/* The `nth` (0..) report of `probe`; NULL: not yet. */
static inline const struct probe_report *
scene_find(struct scene *s, const char *probe, int nth)
{
	const struct probe_report *found = NULL;

	lock_take(&s->lock);
	for (int i = 0; i < s->count && found == NULL; i++)
		if (str_same(s->reports[i]->probe, probe) && nth-- == 0)
			found = s->reports[i];
	lock_drop(&s->lock);
	return found;
}

static inline int
scene_count(struct scene *s, const char *probe)
{
	int n = 0;

	while (scene_find(s, probe, n) != NULL)
		n++;
	return n;
}

struct scene_wish {
	struct scene *scene;
	const char *probe;
	int nth;
};

static inline bool
scene_has(void *arg)
{
	const struct scene_wish *w = arg;

	return scene_find(w->scene, w->probe, w->nth) != NULL;
}

static inline const struct probe_report *
scene_wait(struct scene *s, const char *probe, int nth)
{
	struct scene_wish w = { s, probe, nth };

	assert_true(test_wait(scene_has, &w, 8000));
	return scene_find(s, probe, nth);
}

static inline const struct sample *
scene_sample(const struct probe_report *r, const char *signal)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_same(r->samples[i].signal, signal))
			return &r->samples[i];
	fail_msg("no sample of %s", signal);
	return NULL;
}

#endif
