/* manifest_rollback - the guide's rollback sequence, row by row, verbatim. */
#include "conf/manifest.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define TRIGGER_WORDS "gate_threshold_breach manual"
#define TIMEOUT_S 1800
#define DAY_S 86400.0

struct row {
	int step;
	int64_t ttl_s;
	char action[sizeof(((struct book_undo *)0)->action)];
	char target[sizeof(((struct book_undo *)0)->target)];
	char value[sizeof(((struct book_undo *)0)->value)];
};

static const struct field row_fields[] = {
	{ .name = "step",
	  .as = AS_COUNT,
	  .required = true,
	  FIELD_AT(struct row, step),
	  .least = 1,
	  .most = 100000,
	  .help = "its number in the sequence" },
	{ .name = "action",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct row, action),
	  .help = "what is done" },
	{ .name = "target",
	  .as = AS_LINE,
	  .required = true,
	  FIELD_AT(struct row, target),
	  .help = "to what" },
	{ .name = "value",
	  .as = AS_LINE,
	  FIELD_AT(struct row, value),
	  .help = "what it is set to" },
	{ .name = "ttl_seconds",
	  .as = AS_LONG,
	  FIELD_AT(struct row, ttl_s),
	  .least = 0,
	  .most = 7 * DAY_S,
	  .help = "time to live of a record" },
	{ .name = NULL },
};

struct head {
	char id[BOOK_ID];
	char check[64];
	int64_t timeout_s;
};

const struct field manifest_rollback_fields[] = {
	{ .name = "rollback_id",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct head, id),
	  .help = "name of the manifest" },
	{ .name = "triggerCondition",
	  .as = AS_WORD,
	  .words = TRIGGER_WORDS,
	  .help = "what starts it" },
	{ .name = "sequence",
	  .as = AS_OBJECTS,
	  .required = true,
	  .inside = row_fields,
	  .help = "the actions in order" },
	{ .name = "validationCheck",
	  .as = AS_ID,
	  FIELD_AT(struct head, check),
	  .help = "what must hold at the end" },
	{ .name = "timeoutSeconds",
	  .as = AS_LONG,
	  FIELD_AT(struct head, timeout_s),
	  .least = 1,
	  .most = 7 * DAY_S,
	  .help = "time for the whole rollback" },
	{ .name = NULL },
};

static void
check_number(const struct site *s, const struct node *map, int step, int last)
{
	const struct node *n = node_get(map, "step");

	if (step == 0 || last == 0 || step > last)
		return;
	if (step == last)
		node_error(s, n, "duplicate-step", "two rows have the step %d",
			   step);
	else
		node_error(s, n, "step-order",
			   "step %d stands after step %d: the sequence runs "
			   "as written",
			   step, last);
}

static void
read_row(const struct site *s, const struct node *map, struct book_undo *undo)
{
	struct row row = { .ttl_s = -1 };

	fields_read(s, row_fields, map, &row, NULL);
	undo->step = row.step;
	undo->ttl_s = row.ttl_s;
	str_copy(undo->action, sizeof(undo->action), row.action);
	str_copy(undo->target, sizeof(undo->target), row.target);
	str_copy(undo->value, sizeof(undo->value), row.value);
}

static void
read_sequence(const struct site *s, const struct node *list,
	      struct book_rollback *out, const struct node ***nodes)
{
	int last = 0;

	if (list == NULL || list->type != NODE_LIST)
		return;
	if (list->count == 0)
		node_error(s, list, "empty", "a rollback needs an action");
	out->undos = mem_new(list->count, sizeof(*out->undos));
	if (nodes != NULL)
		*nodes = mem_new(list->count, sizeof(struct node *));
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		struct book_undo *undo = &out->undos[out->undo_count];

		read_row(s, n, undo);
		check_number(s, n, undo->step, last);
		if (undo->step > 0)
			last = undo->step;
		if (nodes != NULL)
			(*nodes)[out->undo_count] = n;
		out->undo_count++;
	}
}

void
manifest_rollback_read(const struct site *s, const struct node *root,
		       struct book_rollback *out, const struct node ***nodes)
{
	struct head head = { .timeout_s = TIMEOUT_S };
	const struct node *trigger = node_get(root, "triggerCondition");

	if (!fields_read(s, manifest_rollback_fields, root, &head, NULL))
		return;
	str_copy(out->id, sizeof(out->id), head.id);
	str_copy(out->check_name, sizeof(out->check_name), head.check);
	out->timeout_ms = head.timeout_s * 1000;
	if (trigger != NULL && trigger->type == NODE_SCALAR)
		str_copy(out->trigger, sizeof(out->trigger), trigger->text);
	read_sequence(s, node_get(root, "sequence"), out, nodes);
}
