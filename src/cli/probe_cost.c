/* probe_cost - what probes have cost: runs, times, bytes, budgets. */
#include "cli/probe_cost.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#define TIMES_MOST 4096 /* the latest; a night of one probe a second fits */

struct row {
	uint64_t runs, failed;
	int64_t bytes;
	int64_t connects;
	int64_t *times_us;
	size_t len, size, next;
};

struct probe_cost {
	const struct book *book;
	struct row *rows; /* parallel to the book's probes */
};

struct probe_cost *
probe_cost_new(const struct book *book)
{
	struct probe_cost *c = mem_new(1, sizeof(*c));

	c->book = book;
	c->rows = mem_new(book->probe_count + 1, sizeof(*c->rows));
	return c;
}

void
probe_cost_free(struct probe_cost *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->book->probe_count; i++)
		mem_free(c->rows[i].times_us);
	mem_free(c->rows);
	mem_free(c);
}

static void
add_time(struct row *r, int64_t took_us)
{
	if (r->len == r->size && r->size < TIMES_MOST) {
		r->size = r->size == 0 ? 8 : 2 * r->size;
		r->times_us =
			mem_grow(r->times_us, r->size, sizeof(r->times_us[0]));
	}
	r->times_us[r->next++ % TIMES_MOST] = took_us;
	r->len = r->next < r->size ? r->next : r->size;
}

void
probe_cost_add(struct probe_cost *c, const struct probe_report *report)
{
	for (size_t i = 0; i < c->book->probe_count; i++) {
		struct row *r = &c->rows[i];

		if (!str_same(c->book->probes[i].id, report->probe))
			continue;
		r->runs++;
		r->failed += report->failed ? 1 : 0;
		r->bytes += report->bytes;
		r->connects += report->connects;
		add_time(r, report->took_us);
	}
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* Nearest rank; sorts.  `percent` 1..100. */
static double
time_ms(struct row *r, size_t percent)
{
	if (r->len == 0)
		return 0;
	qsort(r->times_us, r->len, sizeof(r->times_us[0]), by_time);
	return (double)r->times_us[(r->len * percent + 99) / 100 - 1] / 1000;
}

/* What no kind of that probe counts is a dash, not a nought. */
static void
text_traffic(struct buf *out, const struct row *r)
{
	if (r->bytes == 0)
		buf_printf(out, " %10s %11s\n", "-", "-");
	else
		buf_printf(out, " %10" PRId64 " %11" PRId64 "\n", r->bytes,
			   r->connects);
}

void
probe_cost_text(struct probe_cost *c, struct budget *b, struct buf *out)
{
	struct budget_use use;

	buf_printf(out, "%-18s %5s %6s %9s %9s %10s %11s\n", "cost", "runs",
		   "failed", "p50 ms", "p99 ms", "bytes", "connections");
	for (size_t i = 0; i < c->book->probe_count; i++) {
		struct row *r = &c->rows[i];

		if (r->runs == 0)
			continue;
		buf_printf(out, "%-18s %5" PRIu64 " %6" PRIu64 " %9.1f %9.1f",
			   c->book->probes[i].id, r->runs, r->failed,
			   time_ms(r, 50), time_ms(r, 99));
		text_traffic(out, r);
	}
	for (size_t i = 0; i < c->book->endpoint_count; i++) {
		const struct book_endpoint *e = &c->book->endpoints[i];

		budget_use(b, e, &use);
		if (use.probes + use.put_off == 0 || e->rate_per_minute == 0)
			continue;
		buf_printf(out,
			   "budget of %s: %" PRIu64 " requests, at most %.0f%% "
			   "of %d a minute; put off %" PRIu64 " times\n",
			   e->id, use.probes, 100 * use.share,
			   e->rate_per_minute, use.put_off);
	}
}

static void
json_probe(struct jwriter *w, const char *id, struct row *r)
{
	jw_object(w, NULL);
	jw_text(w, "probe", id);
	jw_int(w, "runs", (int64_t)r->runs);
	jw_int(w, "failed", (int64_t)r->failed);
	jw_number(w, "p50_ms", time_ms(r, 50));
	jw_number(w, "p99_ms", time_ms(r, 99));
	if (r->bytes > 0) {
		jw_int(w, "bytes", r->bytes);
		jw_int(w, "connections", r->connects);
	}
	jw_object_end(w);
}

static void
json_budget(struct jwriter *w, const struct book_endpoint *e,
	    const struct budget_use *use)
{
	jw_object(w, NULL);
	jw_text(w, "endpoint", e->id);
	jw_int(w, "requests", (int64_t)use->probes);
	jw_int(w, "rate_per_minute", e->rate_per_minute);
	jw_number(w, "most_used", use->share);
	jw_int(w, "put_off", (int64_t)use->put_off);
	jw_object_end(w);
}

void
probe_cost_json(struct probe_cost *c, struct budget *b, struct buf *out)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_array(&w, "cost");
	for (size_t i = 0; i < c->book->probe_count; i++)
		if (c->rows[i].runs > 0)
			json_probe(&w, c->book->probes[i].id, &c->rows[i]);
	jw_array_end(&w);
	jw_array(&w, "budgets");
	for (size_t i = 0; i < c->book->endpoint_count; i++) {
		struct budget_use use;

		budget_use(b, &c->book->endpoints[i], &use);
		if (use.probes + use.put_off > 0)
			json_budget(&w, &c->book->endpoints[i], &use);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(out, '\n');
}
