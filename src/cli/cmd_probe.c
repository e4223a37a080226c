/* probe - runs probes now and shows what they see and cost. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/rng.h"
#include "cli/probe_cost.h"
#include "cli/session.h"
#include "probe/probe.h"

#define INBOX_CAP 4096
#define ROUND_BOUND_MS 20000 /* real: longest wait for one round */

struct watching {
	const struct cli_command *self;
	struct queue *inbox;
	struct session session;
	struct probe_cost *cost;
	bool json;
	bool *seen; /* parallel to the book's probes */
	bool any_failed;
	bool is_one_round; /* a probe is shown once */
	size_t wanted, got;
};

static void
free_report(void *report)
{
	probe_report_free(report);
}

static void
sink(void *ctx, struct probe_report *report)
{
	struct watching *w = ctx;

	if (!queue_put(w->inbox, report))
		probe_report_free(report);
}

static void
json_sample(struct jwriter *w, const struct sample *s)
{
	char text[96];

	jw_object(w, NULL);
	jw_text(w, "signal", s->signal);
	if (s->failed) {
		jw_text(w, "error", s->why);
	} else if (s->value.kind == VALUE_NUMBER) {
		jw_number(w, "value", s->value.number);
	} else if (s->value.kind == VALUE_FLAG) {
		jw_flag(w, "value", s->value.flag);
	} else {
		value_text(text, sizeof(text), &s->value, "");
		jw_text(w, "value", text);
	}
	if (!s->failed && s->why[0] != '\0')
		jw_text(w, "note", s->why);
	if (s->n >= 0)
		jw_int(w, "n", s->n);
	jw_object_end(w);
}

static void
print_json(const struct probe_report *report)
{
	char at[CLOCK_TEXT];
	struct jwriter w;
	struct buf out;

	buf_init(&out, 65536);
	clock_text(at, clock_wall_ms());
	jw_init(&w, &out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_text(&w, "at", at);
	jw_text(&w, "probe", report->probe);
	jw_flag(&w, "failed", report->failed);
	jw_text(&w, "detail", report->detail);
	jw_int(&w, "took_us", report->took_us);
	if (report->bytes > 0)
		jw_int(&w, "bytes", report->bytes);
	jw_array(&w, "samples");
	for (size_t i = 0; i < report->count; i++)
		json_sample(&w, &report->samples[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(&out, '\n');
	cli_print(&out);
	buf_clear(&out);
}

static void
print_text(const struct probe_report *report)
{
	printf("%-18s %-6s %8.1f ms  %s\n", report->probe,
	       report->failed ? "failed" : "ok",
	       (double)report->took_us / 1000.0, report->detail);
	for (size_t i = 0; i < report->count; i++) {
		const struct sample *s = &report->samples[i];
		struct value shown = s->value;
		char value[96];

		/* measured, so that all further digits are noise to people */
		shown.number = value_round(shown.number);
		value_text(value, sizeof(value), &shown, "");
		printf("    %-44s %s", s->signal, s->failed ? s->why : value);
		if (s->n >= 0)
			printf("  n=%" PRId64, s->n);
		if (!s->failed && s->why[0] != '\0')
			printf("  (%s)", s->why);
		putchar('\n');
	}
	fflush(stdout);
}

static void
take(struct watching *w, struct probe_report *report)
{
	const struct book *b = w->session.book;
	bool again = false;

	for (size_t i = 0; i < b->probe_count; i++) {
		if (strcmp(b->probes[i].id, report->probe) != 0)
			continue;
		again = w->seen[i];
		w->seen[i] = true;
		w->got += again ? 0 : 1;
	}
	if (again && w->is_one_round) {
		probe_report_free(report);
		return;
	}
	for (size_t i = 0; i < report->count; i++)
		w->any_failed = w->any_failed || report->samples[i].failed;
	probe_cost_add(w->cost, report);
	if (w->json)
		print_json(report);
	else
		print_text(report);
	probe_report_free(report);
}

/* Every probe once; with `for_ms`, as often as they come in that time. */
static void
watch(struct watching *w, int64_t for_ms)
{
	int64_t until_us =
		clock_real_us() + 1000 * (for_ms > 0 ? for_ms : ROUND_BOUND_MS);

	while (clock_real_us() < until_us &&
	       (for_ms > 0 || w->got < w->wanted)) {
		struct probe_report *report = queue_take(w->inbox, until_us);

		if (report != NULL)
			take(w, report);
	}
}

static void
print_cost(const struct watching *w, struct budget *budget)
{
	struct buf out;

	buf_init(&out, 16 * 1024 * 1024);
	if (w->json)
		probe_cost_json(w->cost, budget, &out);
	else
		probe_cost_text(w->cost, budget, &out);
	cli_print(&out);
	buf_clear(&out);
}

static int
run_probes(struct watching *w, const char *const *only, int64_t for_ms)
{
	struct err e = { .code = ERR_NONE };
	const struct probe_env env = { w->session.book, &w->session.fence,
				       auth_store_new(),
				       budget_new(w->session.book) };
	struct poller *poller;

	if (poller_start(&poller, &env, only, rng_system(), sink, w, &e) ==
	    ERR_NONE) {
		poller_now(poller, NULL);
		watch(w, for_ms);
		poller_stop(poller);
		print_cost(w, env.budget);
	}
	auth_store_free(env.auth);
	budget_free(env.budget);
	if (e.code != ERR_NONE)
		return cli_fail(w->self, EXIT_NO_GO, "%s", e.text);
	if (w->got < w->wanted)
		return cli_fail(w->self, EXIT_BLIND,
				"%zu of %zu probes said nothing in time",
				w->wanted - w->got, w->wanted);
	return w->any_failed ? EXIT_BLIND : EXIT_GO;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct watching w = { .self = self,
			      .json = cli_has(self, args, "json") };
	const char *const *only = args->count > 1 ? args->operands + 1 : NULL;
	int64_t for_ms = 0;
	int code;

	if (!cli_duration(self, args, "for", &for_ms))
		return EXIT_USAGE;
	w.is_one_round = for_ms <= 0;
	code = session_open(&w.session, self, args->operands[0],
			    cli_value(self, args, "twin"));
	if (code >= 0)
		return code;
	w.wanted = only != NULL ? (size_t)(args->count - 1)
				: w.session.book->probe_count;
	for (int i = 1; i < args->count && code < 0; i++)
		if (book_probe(w.session.book, args->operands[i]) == NULL)
			code = cli_fail(self, EXIT_USAGE, "no probe \"%s\"",
					args->operands[i]);
	if (code < 0) {
		w.seen = mem_new(w.session.book->probe_count, sizeof(bool));
		w.cost = probe_cost_new(w.session.book);
		w.inbox = queue_new(INBOX_CAP, free_report);
		code = run_probes(&w, only, for_ms);
		queue_free(w.inbox);
		mem_free(w.seen);
		probe_cost_free(w.cost);
	}
	session_clear(&w.session);
	return code;
}

static const struct cli_option options[] = {
	{ "for", "DUR", "go on for so long instead of one round" },
	{ "json", NULL, "JSON Lines on stdout" },
	{ "twin", "DIR", "ask the twin that serves in DIR" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_probe = {
	.name = "probe",
	.operands = "RUNBOOK [ID...]",
	.help = "run probes now, show what they see and cost",
	.least = 1,
	.most = -1,
	.options = options,
	.run = run,
};
