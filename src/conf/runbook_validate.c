/*
 * runbook_validate - what must be healthy before a rollback is done.
 *
 * The guide's four conditions bring its limits along; any other row says its
 * own.  Every channel the runbook lists must be watched by a row.
 */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define DAY_MS 86400000.0

/* The guide's success thresholds, a row each. */
static const struct {
	const char *name;
	enum gate_op op;
	double number; /* unless it is a flag */
	bool is_flag, is_strict;
	int64_t for_ms;
} guide_rows[] = {
	{ "synthetic_calls", GATE_AT_LEAST, 95, false, false, 0 },
	{ "trunks_stable", GATE_EQUALS, 1, true, false, 120000 },
	{ "pipeline_latency", GATE_AT_MOST, 5, false, true, 0 },
	{ "agents_consistent", GATE_AT_LEAST, 98, false, false, 0 },
};
#define GUIDE_WORDS \
	"synthetic_calls trunks_stable pipeline_latency agents_consistent"

/* A row as it stands in the file. */
struct validate_limits {
	char signal[SIGNAL_NAME];
	char channel[32];
	int guide; /* -1: none */
	double min, max;
	int64_t for_ms, max_age_ms; /* for: -1 when not said */
};

const struct field validate_fields[] = {
	{ .name = "signal",
	  .as = AS_LINE,
	  .required = true,
	  FIELD_AT(struct validate_limits, signal),
	  .help = "what is judged; a probe feeds it" },
	{ .name = "guide",
	  .as = AS_WORD,
	  .words = GUIDE_WORDS,
	  FIELD_AT(struct validate_limits, guide),
	  .help = "which condition of the guide it is; brings its limit" },
	{ .name = "min",
	  .as = AS_NUMBER,
	  FIELD_AT(struct validate_limits, min),
	  .help = "least good value" },
	{ .name = "max",
	  .as = AS_NUMBER,
	  FIELD_AT(struct validate_limits, max),
	  .help = "greatest good value" },
	{ .name = "equals",
	  .as = AS_OWN,
	  .help = "the good value: true, false or a word" },
	{ .name = "for",
	  .as = AS_DURATION,
	  FIELD_AT(struct validate_limits, for_ms),
	  .most = DAY_MS,
	  .help = "how long it must hold without a break" },
	{ .name = "max_age",
	  .as = AS_DURATION,
	  FIELD_AT(struct validate_limits, max_age_ms),
	  .least = 1,
	  .most = DAY_MS,
	  .help = "older measurements say nothing" },
	{ .name = "channel",
	  .as = AS_LINE,
	  FIELD_AT(struct validate_limits, channel),
	  .help = "which channel it proves" },
	{ .name = "reverts",
	  .as = AS_TEXTS,
	  .help = "what to take back once more when it fails" },
	{ .name = NULL },
};

static struct value
equals_value(const struct node *n)
{
	if (!n->quoted &&
	    (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0))
		return value_of_flag(n->text[0] == 't');
	return value_of_words(n->text);
}

/* The limit: what the row says, else what the guide says of it. */
static void
read_limit(struct loader *l, const struct node *n,
	   const struct validate_limits *row, struct book_validation *v)
{
	const struct node *equals = node_get(n, "equals");
	int said = (node_get(n, "min") != NULL) + (node_get(n, "max") != NULL) +
		   (equals != NULL);

	if (said > 1)
		node_key_error(&l->s, n, "two-limits",
			       "\"%.48s\" has more than one of min, max and "
			       "equals",
			       n->key);
	if (row->guide >= 0) {
		v->gate.op = guide_rows[row->guide].op;
		v->gate.is_strict =
			guide_rows[row->guide].is_strict && said == 0;
		v->gate.limit =
			guide_rows[row->guide].is_flag
				? value_of_flag(true)
				: value_of_number(
					  guide_rows[row->guide].number);
		v->for_ms = guide_rows[row->guide].for_ms;
	} else if (said == 0) {
		node_key_error(&l->s, n, "missing",
			       "\"%.48s\" has no limit: give it min, max, "
			       "equals or guide",
			       n->key);
	}
	if (node_get(n, "min") != NULL) {
		v->gate.op = GATE_AT_LEAST;
		v->gate.limit = value_of_number(row->min);
	} else if (node_get(n, "max") != NULL) {
		v->gate.op = GATE_AT_MOST;
		v->gate.limit = value_of_number(row->max);
	} else if (equals != NULL && equals->type == NODE_SCALAR) {
		v->gate.op = GATE_EQUALS;
		v->gate.limit = equals_value(equals);
	}
}

static bool
is_item(const struct loader *l, const char *word)
{
	const struct book *b = l->book;

	for (size_t i = 0; i < b->step_count; i++)
		if (str_same(b->steps[i].id, word) ||
		    str_same(b->steps[i].object, word))
			return true;
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (str_same(b->rollback.undos[i].action, word) ||
		    str_same(b->rollback.undos[i].object, word))
			return true;
	return false;
}

void
rollback_words_read(struct loader *l, const struct node *list, char *to,
		    size_t size)
{
	size_t used = 0;

	if (list == NULL || list->type != NODE_LIST)
		return;
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		if (scalar_any(&l->s, n, "a step, an action or an object") ==
		    NULL)
			continue;
		if (!is_item(l, n->text)) {
			node_error(&l->s, n, "unknown-item",
				   "\"%.64s\" is no step, action or object of "
				   "the runbook",
				   n->text);
			continue;
		}
		if (!str_printf(to + used, size - used, "%s%s",
				used > 0 ? " " : "", n->text))
			node_error(&l->s, n, "too-long",
				   "\"%s\" names too much", list->key);
		used = strlen(to);
	}
}

void
rollback_row_name(struct loader *l, const struct node *n, const char *map,
		  char id[BOOK_ID], struct gate *g)
{
	scalar_id(&l->s,
		  &(struct node){ .type = NODE_SCALAR,
				  .text = n->key,
				  .key = map,
				  .line = n->key_line,
				  .column = n->key_column },
		  id, BOOK_ID);
	str_copy(g->title, sizeof(g->title), n->key);
	for (char *p = g->title; *p != '\0'; p++)
		if (*p == '-' || *p == '_')
			*p = ' ';
}

static void
read_row(struct loader *l, const struct node *n, struct book_validation *v)
{
	struct validate_limits row = { .guide = -1, .for_ms = -1 };

	if (!fields_read(&l->s, validate_fields, n, &row, NULL))
		return;
	if (row.signal[0] != '\0' &&
	    keyset_get(&l->names, scope_signal, row.signal) == NULL)
		node_error(&l->s, node_get(n, "signal"), "unfed",
			   "no probe feeds \"%s\": no rollback could ever be "
			   "validated",
			   row.signal);
	gate_init(&v->gate, row.signal);
	rollback_row_name(l, n, "validate", v->id, &v->gate);
	str_copy(v->channel, sizeof(v->channel), row.channel);
	v->gate.max_age_ms = row.max_age_ms;
	read_limit(l, n, &row, v);
	if (row.for_ms >= 0)
		v->for_ms = row.for_ms;
	rollback_words_read(l, node_get(n, "reverts"), v->reverts,
			    sizeof(v->reverts));
}

/* Inbound calls alone are no proof: each channel has a row. */
static void
check_channels(struct loader *l, const struct node *list)
{
	const struct book_rollback *r = &l->book->rollback;

	if (list == NULL || list->type != NODE_LIST)
		return;
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		bool is_watched = false;

		if (scalar_any(&l->s, n, "the name of a channel") == NULL)
			continue;
		for (size_t i = 0; i < r->validation_count; i++)
			if (str_same(r->validations[i].channel, n->text))
				is_watched = true;
		if (!is_watched)
			node_error(&l->s, n, "unvalidated",
				   "nothing under \"validate\" proves the "
				   "channel \"%.48s\"",
				   n->text);
	}
}

void
validate_read(struct loader *l, const struct node *rollback)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *map = node_get(rollback, "validate");

	if (map != NULL && map->type == NODE_MAP) {
		r->validations = mem_new(map->count, sizeof(*r->validations));
		for (const struct node *n = map->first; n != NULL; n = n->next)
			read_row(l, n, &r->validations[r->validation_count++]);
	}
	check_channels(l, node_get(rollback, "channels"));
}
