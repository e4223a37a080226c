/* book - a runbook as loaded: immutable, whole, checked. */
#include "model/book.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define DOUBT_LEAST_MS 5000

struct book *
book_new(void)
{
	struct book *b = mem_new(1, sizeof(*b));

	atomic_init(&b->refs, 1);
	return b;
}

struct book *
book_take(struct book *b)
{
	int before = atomic_fetch_add(&b->refs, 1);

	assert(before > 0);
	(void)before;
	return b;
}

void
act_clear(struct act *a)
{
	settings_clear(&a->with);
	*a = (struct act){ 0 };
}

void
act_copy(struct act *to, const struct act *from)
{
	*to = (struct act){ 0 };
	str_copy(to->kind, sizeof(to->kind), from->kind);
	settings_copy(&to->with, &from->with);
}

static void
clear_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(texts[i]);
	mem_free(texts);
}

static void
clear_endpoints(struct book *b)
{
	for (size_t i = 0; i < b->endpoint_count; i++) {
		struct book_endpoint *ep = &b->endpoints[i];

		mem_free(ep->url);
		mem_free(ep->token_url);
		mem_free(ep->client_id);
		mem_free(ep->secret_env);
		mem_free(ep->secret_file);
		mem_free(ep->secret);
		mem_free(ep->ca_file);
		mem_free(ep->name);
	}
	mem_free(b->endpoints);
}

static void
clear_probes(struct book *b)
{
	for (size_t i = 0; i < b->probe_count; i++) {
		struct book_probe *p = &b->probes[i];

		settings_clear(&p->with);
		for (size_t k = 0; k < p->signal_count; k++) {
			mem_free(p->signals[k].from);
			mem_free(p->signals[k].count_from);
		}
		mem_free(p->signals);
	}
	mem_free(b->probes);
}

static void
clear_steps(struct book *b)
{
	for (size_t i = 0; i < b->step_count; i++) {
		act_clear(&b->steps[i].act);
		act_clear(&b->steps[i].undo);
		act_clear(&b->steps[i].emergency);
		act_clear(&b->steps[i].undo_emergency);
	}
	mem_free(b->steps);
}

static void
clear_baseline(struct book *b)
{
	for (size_t i = 0; i < b->baseline_count; i++)
		act_clear(&b->baseline[i].read);
	mem_free(b->baseline);
}

static void
clear_invariants(struct book *b)
{
	for (size_t i = 0; i < b->invariant_count; i++)
		mem_free(b->invariants[i].of);
	mem_free(b->invariants);
	mem_free(b->objects);
}

static void
clear_rollback(struct book_rollback *r)
{
	for (size_t i = 0; i < r->undo_count; i++) {
		act_clear(&r->undos[i].act);
		act_clear(&r->undos[i].emergency);
	}
	mem_free(r->undos);
	mem_free(r->validations);
	mem_free(r->drains);
	act_clear(&r->check);
}

void
book_drop(struct book *b)
{
	int before;

	if (b == NULL)
		return;
	before = atomic_fetch_sub(&b->refs, 1);
	assert(before > 0);
	if (before > 1)
		return;
	for (size_t i = 0; i < b->file_count; i++)
		mem_free(b->files[i].name);
	mem_free(b->files);
	gate_set_clear(&b->gates);
	clear_endpoints(b);
	clear_probes(b);
	clear_steps(b);
	clear_baseline(b);
	clear_invariants(b);
	mem_free(b->timings);
	clear_rollback(&b->rollback);
	clear_texts(b->trunk.sequence, b->trunk.sequence_count);
	clear_texts(b->trunk.codecs, b->trunk.codec_count);
	mem_free(b->approvers);
	clear_texts(b->staging_hosts, b->staging_count);
	clear_texts(b->staging_programs, b->staging_program_count);
	mem_free(b);
}

const struct book_endpoint *
book_endpoint(const struct book *b, const char *id)
{
	for (size_t i = 0; i < b->endpoint_count; i++)
		if (str_same(b->endpoints[i].id, id))
			return &b->endpoints[i];
	return NULL;
}

const struct book_step *
book_step(const struct book *b, const char *id)
{
	for (size_t i = 0; i < b->step_count; i++)
		if (str_same(b->steps[i].id, id))
			return &b->steps[i];
	return NULL;
}

int
book_baseline_of(const struct book *b, const char *object)
{
	for (size_t i = 0; i < b->baseline_count; i++)
		if (strcmp(b->baseline[i].object, object) == 0)
			return (int)i;
	return -1;
}

const struct book_probe *
book_probe(const struct book *b, const char *id)
{
	for (size_t i = 0; i < b->probe_count; i++)
		if (str_same(b->probes[i].id, id))
			return &b->probes[i];
	return NULL;
}

int64_t
book_doubt_ms(const struct book_step *s)
{
	return 2 * s->takes_ms > DOUBT_LEAST_MS ? 2 * s->takes_ms
						: DOUBT_LEAST_MS;
}

const struct book_probe *
book_feeder(const struct book *b, const char *signal)
{
	for (size_t i = 0; i < b->probe_count; i++)
		for (size_t k = 0; k < b->probes[i].signal_count; k++)
			if (str_same(b->probes[i].signals[k].name, signal))
				return &b->probes[i];
	return NULL;
}

/* Adds a blank and `word` with its letters turned by `turn`. */
static void
add_turned(char *to, size_t size, const char *word, int (*turn)(int))
{
	size_t used = strlen(to);

	if (word[0] == '\0')
		return;
	str_printf(to + used, size - used, "%s%s", used > 0 ? " " : "", word);
	for (char *p = to + used; *p != '\0'; p++)
		*p = (char)turn((unsigned char)*p);
}

static int
as_it_is(int letter)
{
	return letter;
}

void
book_phrase(char *to, size_t size, const struct book *b, const char *verb)
{
	book_phrase_for(to, size, b, verb, "");
}

void
book_phrase_for(char *to, size_t size, const struct book *b, const char *verb,
		const char *what)
{
	to[0] = '\0';
	add_turned(to, size, verb, toupper);
	add_turned(to, size, what, as_it_is);
	add_turned(to, size, b->environment, tolower);
	add_turned(to, size, b->region[0] != '\0' ? b->region : b->id, tolower);
}
