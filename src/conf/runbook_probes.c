/* runbook_probes - what is measured, how often, and which signals it feeds. */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define EVERY_MS 5000
#define EVERY_LEAST_MS 100
#define TIMEOUT_MS 2000
#define DAY_MS 86400000.0

const struct field signal_fields[] = {
	{ .name = "from",
	  .as = AS_OWN,
	  .required = true,
	  .help = "a fact of the probe, a JSON pointer, or \"/a / /b\"" },
	{ .name = "n",
	  .as = AS_OWN,
	  .help = "where the number of events comes from" },
	{ .name = "scale",
	  .as = AS_NUMBER,
	  FIELD_AT(struct book_signal, scale),
	  .help = "multiplies numbers" },
	{ .name = NULL },
};

const struct field probe_fields[] = {
	{ .name = "title",
	  .as = AS_LINE,
	  FIELD_AT(struct book_probe, title),
	  .help = "what the pane calls it" },
	{ .name = "pane",
	  .as = AS_ID,
	  FIELD_AT(struct book_probe, pane),
	  .help = "which pane lists it" },
	{ .name = "every",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_probe, every_ms),
	  .least = EVERY_LEAST_MS,
	  .most = DAY_MS,
	  .help = "time between two runs" },
	{ .name = "timeout",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_probe, timeout_ms),
	  .least = 1,
	  .most = DAY_MS,
	  .help = "time one run may take" },
	{ .name = "signals",
	  .as = AS_ANY,
	  .help = "signal name to where its value comes from" },
	{ .name = NULL },
};

/* Any JSON pointer where the kind says so or speaks HTTP. */
static bool
takes_pointers(const struct kind_spec *spec)
{
	if (spec->facts == NULL || spec->facts[0] == '\0')
		return true;
	for (const struct param *p = spec->params; p->name != NULL; p++)
		if (p->type == PARAM_PATH)
			return true;
	return false;
}

static bool
check_source(struct loader *l, const struct kind_spec *spec,
	     const struct node *n, const char *from)
{
	char hint[96];
	const char *facts = spec->facts != NULL ? spec->facts : "";

	if (from[0] == '/' && takes_pointers(spec)) {
		if (pointer_is_sound(from))
			return true;
		node_error(&l->s, n, "bad-pointer",
			   "\"%.64s\" is no JSON pointer", from);
		return false;
	}
	if (str_in_words(facts, from) ||
	    (facts[0] == '\0' && from[0] != '/' && id_is_sound(from)))
		return true;
	suggest_word(hint, sizeof(hint), &l->s, from, facts);
	node_error(&l->s, n, "unknown-fact",
		   "\"%.48s\" is nothing that %s finds out%s; it has: %s", from,
		   spec->name, hint,
		   facts[0] != '\0' ? facts : "JSON pointers");
	return false;
}

/* "A / B" is a ratio of two sources. */
static bool
check_sources(struct loader *l, const struct kind_spec *spec,
	      const struct node *n)
{
	const char *text = scalar_any(&l->s, n, "a fact or a JSON pointer");
	const char *slash;
	char left[512];

	if (text == NULL)
		return false;
	slash = strstr(text, " / ");
	if (slash == NULL)
		return check_source(l, spec, n, text);
	if (!str_copy_n(left, sizeof(left), text, (size_t)(slash - text))) {
		node_error(&l->s, n, "too-long", "the ratio is too long");
		return false;
	}
	return check_source(l, spec, n, left) &&
	       check_source(l, spec, n, slash + 3);
}

static void
read_signal(struct loader *l, const struct kind_spec *spec,
	    struct book_signal *out, const struct node *n)
{
	const struct node *from = n;
	const struct node *count = NULL;
	const struct node *scale = NULL;

	out->scale = 1;
	if (n->type == NODE_MAP) {
		fields_read(&l->s, signal_fields, n, out, NULL);
		from = node_get(n, "from");
		count = node_get(n, "n");
		scale = node_get(n, "scale");
	}
	if (from != NULL && check_sources(l, spec, from))
		out->from = mem_text(from->text);
	if (count != NULL && check_sources(l, spec, count))
		out->count_from = mem_text(count->text);
	if (scale != NULL && out->scale == 0) {
		node_error(&l->s, scale, "range",
			   "\"scale\" of 0 makes every value 0");
	}
}

static void
name_signal(struct loader *l, struct book_signal *out, const struct node *n)
{
	const char *dot = strchr(n->key, '.');

	if (!id_is_sound(n->key) || dot == NULL || dot[1] == '\0' ||
	    !str_copy(out->name, sizeof(out->name), n->key)) {
		node_key_error(&l->s, n, "bad-name",
			       "\"%.64s\" is no name of a signal: write "
			       "domain.name, as in telephony.success_rate",
			       n->key);
		return;
	}
	if (keyset_add(&l->names, scope_signal, n->key, n) != NULL)
		node_key_error(&l->s, n, "duplicate-signal",
			       "two probes feed \"%s\": which one is right?",
			       n->key);
}

static void
read_signals(struct loader *l, const struct kind_spec *spec,
	     struct book_probe *p, const struct node *n)
{
	if (n == NULL || !want_map(&l->s, n))
		return;
	p->signals = mem_new(n->count, sizeof(*p->signals));
	for (n = n->first; n != NULL; n = n->next) {
		struct book_signal *out = &p->signals[p->signal_count++];

		name_signal(l, out, n);
		read_signal(l, spec, out, n);
	}
}

static void
settle_times(struct loader *l, struct book_probe *p, const struct node *map)
{
	const struct node *timeout = node_get(map, "timeout");

	if (p->timeout_ms == 0)
		p->timeout_ms = p->every_ms / 2 < TIMEOUT_MS ? p->every_ms / 2
							     : TIMEOUT_MS;
	else if (timeout != NULL && p->timeout_ms > p->every_ms / 2)
		node_warn(&l->s, timeout, "slow-timeout",
			  "\"timeout\" is more than half of \"every\": a slow "
			  "answer delays the next run");
}

static void
read_probe(struct loader *l, struct book_probe *p, const struct node *map)
{
	const struct kind_spec *const *kinds = l->kinds->probes;
	const struct kind_spec *spec;
	const struct node *kind;

	scalar_id(&l->s,
		  &(struct node){ .text = map->key,
				  .quoted = true,
				  .key = "probe",
				  .line = map->key_line,
				  .column = map->key_column },
		  p->id, sizeof(p->id));
	p->every_ms = EVERY_MS;
	if (!fields_read(&l->s, probe_fields, map, p, kinds))
		return;
	settle_times(l, p, map);
	kind = kind_member(l, map, probe_fields, kinds, "probe");
	if (kind == NULL)
		return;
	spec = kind_find(kinds, kind->key);
	str_copy(p->kind, sizeof(p->kind), spec->name);
	kind_settings(l, spec, kind, &p->with);
	read_signals(l, spec, p, node_get(map, "signals"));
}

void
probes_read(struct loader *l, const struct node *n)
{
	struct book *b = l->book;

	if (n == NULL || n->type != NODE_MAP)
		return;
	b->probes = mem_new(n->count, sizeof(*b->probes));
	for (n = n->first; n != NULL; n = n->next)
		read_probe(l, &b->probes[b->probe_count++], n);
}
