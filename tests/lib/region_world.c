/* region_world - one act in eight regions, a scripted peer behind each. */
#include "tests/lib/region_world.h"

#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"

const char *const region_names[REGIONS] = {
	"us-east-1", "us-west-2",      "eu-west-1",	 "eu-central-1",
	"ap-east-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1",
};

/* On the actor's thread alone, so it needs no lock. */
static void
hear(void *ctx, const struct action_event *event)
{
	struct world *w = ctx;

	if (w->event_count < REGION_EVENTS)
		w->events[w->event_count++] = *event;
}

static void
set(struct world *w, const char *region, const char *name, const char *text)
{
	char dotted[96];

	str_printf(dotted, sizeof(dotted), "%s.%s", region, name);
	settings_add(&w->act.with, dotted, text);
}

static void
add_region(struct world *w, size_t i, struct script script)
{
	struct book_endpoint *ep = &w->book->endpoints[i];

	w->peers[i] = peer_start(script.rows, script.count);
	str_printf(ep->id, sizeof(ep->id), "api-%s", region_names[i]);
	str_copy(ep->adapter, sizeof(ep->adapter), "guide");
	ep->url = mem_text(peer_url(w->peers[i]));
	set(w, region_names[i], "endpoint", ep->id);
	set(w, region_names[i], "method", "PATCH");
	set(w, region_names[i], "path", "/flows/1");
	set(w, region_names[i], "body", "{\"version\":\"v-2\"}");
	set(w, region_names[i], "poll.every", "2s");
	set(w, region_names[i], "verify.path", "/flows/1");
	set(w, region_names[i], "verify.pointer", "/version");
	set(w, region_names[i], "verify.equals", "v-2");
}

void
world_open(struct world *w, const struct script scripts[REGIONS], size_t from)
{
	char over[REGIONS * 24] = "[";
	struct err e;

	*w = (struct world){ .book = book_new() };
	w->book->endpoints = mem_new(REGIONS, sizeof(*w->book->endpoints));
	w->book->endpoint_count = REGIONS;
	str_copy(w->act.kind, sizeof(w->act.kind), "parallel");
	settings_add(&w->act.with, "kind", "http");
	for (size_t i = 0; i < REGIONS; i++) {
		size_t used = strlen(over);

		if (i >= from)
			str_printf(over + used, sizeof(over) - used,
				   "%s\"%s\"%s", i == from ? "" : ",",
				   region_names[i],
				   i == REGIONS - 1 ? "]" : "");
		add_region(w, i, scripts[i]);
	}
	settings_add(&w->act.with, "over", over);
	fence_clear(&w->fence);
	w->env = (struct action_env){ .book = w->book,
				      .fence = &w->fence,
				      .auth = auth_store_new() };
	CHECK_OK(cancel_open(&w->cancel, &e), &e);
	w->job = (struct action_job){
		.env = &w->env,
		.act = &w->act,
		.key = "wr-do-1",
		.max_attempts = 4,
		.timeout_ms = 60000,
		.seed = 7,
		.cancel = &w->cancel,
		.report = hear,
		.ctx = w,
	};
}

void
world_close(struct world *w)
{
	for (size_t i = 0; i < REGIONS; i++)
		peer_stop(w->peers[i]);
	act_clear(&w->act);
	cancel_close(&w->cancel);
	auth_store_free(w->env.auth);
	book_drop(w->book);
	fence_clear(&w->fence);
}
