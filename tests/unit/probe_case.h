/*
 * probe_case - one measurement of one kind against one scripted peer.
 */
#ifndef TESTS_UNIT_PROBE_CASE_H
#define TESTS_UNIT_PROBE_CASE_H

#include "tests/unit/probe_scene.h"

struct probe_case {
	struct scene scene;
	struct peer *peer;
	const struct probe_report *report;
};

/* The book of the case: endpoint "far" is the peer; each of the space
 * separated facts is a signal of the same name.  `settings` are pairs of name
 * and text, ended by NULL; "adapter" is the endpoint's. */
static inline void
case_open(struct probe_case *c, const char *kind, const char *facts,
	  const char *const *settings, const struct peer_row *rows,
	  size_t count)
{
	struct book_probe *probe;

	c->peer = peer_start(rows, count);
	scene_open(&c->scene);
	scene_endpoint(&c->scene, "far", peer_url(c->peer));
	probe = scene_probe(&c->scene, "one", kind);
	probe->every_ms = 3600000;
	probe->timeout_ms = 4000;
	scene_set(probe, "endpoint", "far");
	for (; *settings != NULL; settings += 2)
		if (str_same(settings[0], "adapter"))
			str_copy(c->scene.book->endpoints[0].adapter, 16,
				 settings[1]);
		else
			scene_set(probe, settings[0], settings[1]);
	while (*facts != '\0') {
		const char *blank = strchr(facts, ' ');
		const char *end = blank == NULL ? strchr(facts, '\0') : blank;
		char name[SIGNAL_NAME];

		assert_true(str_copy_n(name, sizeof(name), facts,
				       (size_t)(end - facts)));
		scene_signal(probe, name, name);
		facts = blank == NULL ? end : blank + 1;
	}
}

static inline void
case_measure(struct probe_case *c)
{
	scene_start(&c->scene);
	poller_now(c->scene.poller, "one");
	c->report = scene_wait(&c->scene, "one", 0);
}

static inline void
case_close(struct probe_case *c)
{
	scene_close(&c->scene);
	peer_stop(c->peer);
}

/* What a fact must be: "12.5", "yes", "no", a text, or "? WHY" for none. */
static inline void
case_check(struct probe_case *c, const char *what, const char *fact,
	   const char *want)
{
	const struct sample *s = scene_sample(c->report, fact);
	const char *part = want[0] == '?' ? strchr(want, ' ') : NULL;
	char line[400], got[VALUE_TEXT];

	value_text(got, sizeof(got), &s->value, "");
	str_printf(line, sizeof(line), "%s: %s is %s%s%s, want %s", what, fact,
		   s->failed ? "? " : got, s->failed ? s->why : " ",
		   s->failed ? "" : s->why, want);
	if (part != NULL)
		CHECK_ROW(line, s->failed && s->value.kind == VALUE_NONE &&
					strstr(s->why, part + 1) != NULL);
	else
		CHECK_ROW(line, !s->failed && str_same(got, want));
}

/* A refusal at the start. */
static inline void
case_refused(const char *kind, const char *const *settings, enum err_code code,
	     const char *part)
{
	static const struct peer_row none[1] = { { .expect = "-" } };
	struct probe_case c;
	struct err e;

	case_open(&c, kind, "x", settings, none, 1);
	CHECK_FAILS(poller_start(&c.scene.poller, &c.scene.env, NULL, 7,
				 scene_take, &c.scene, &e),
		    code, &e, part);
	case_close(&c);
}

/* Rows of answers to one request, and what comes of two facts. */
struct case_row {
	const char *what;
	int status;
	const char *body;
	const char *want[4]; /* of the facts in their order; NULL: not asked */
};

static inline void
case_rows(const char *kind, const char *request, const char *const *facts,
	  const char *const *settings, const struct case_row *rows,
	  size_t count)
{
	char names[400] = "";

	for (size_t i = 0; facts[i] != NULL; i++)
		str_printf(names + strlen(names), sizeof(names) - strlen(names),
			   "%s%s", i == 0 ? "" : " ", facts[i]);
	for (size_t i = 0; i < count; i++) {
		const struct peer_row peer[] = {
			{ .expect = request,
			  .status = rows[i].status,
			  .body = rows[i].body },
		};
		struct probe_case c;

		case_open(&c, kind, names, settings, peer, 1);
		case_measure(&c);
		for (size_t f = 0; facts[f] != NULL; f++)
			if (rows[i].want[f] != NULL)
				case_check(&c, rows[i].what, facts[f],
					   rows[i].want[f]);
		assert_int_equal(peer_strays(c.peer), 0);
		case_close(&c);
	}
}

/* A peer that hangs, closes or is cut short is a failed measurement. */
static inline void
case_broken(const char *kind, const char *fact, const char *const *settings)
{
	static const struct {
		const char *what;
		enum peer_end end;
		int status;
		const char *headers;
	} rows[] = {
		{ "hangs", PEER_HANG, 200, NULL },
		{ "closes", PEER_CLOSE, 200, NULL },
		{ "is cut", PEER_CUT, 200, NULL },
		{ "fails", PEER_ANSWER, 500, NULL },
		{ "sends elsewhere", PEER_ANSWER, 302,
		  "Location: {url}/login\r\n" },
		{ "is no JSON", PEER_ANSWER, 200, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct peer_row peer[] = {
			{ .expect = "",
			  .end = rows[i].end,
			  .status = rows[i].status,
			  .headers = rows[i].headers,
			  .body = "<html>\033[2J",
			  .always = true },
		};
		struct probe_case c;

		case_open(&c, kind, fact, settings, peer, 1);
		c.scene.book->probes[0].timeout_ms = 300;
		case_measure(&c);
		case_check(&c, rows[i].what, fact, "? ");
		assert_null(strchr(c.report->raw, '\033'));
		case_close(&c);
	}
}

#endif
