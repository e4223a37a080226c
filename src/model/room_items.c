/* room_items - the items of a plan, as a record tells them. */
#include <string.h>

#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "model/room_fold.h"

/* One {"row":i} or {"step":i}, its brace just opened. */
static bool
take_item(struct room_undo *out, const struct book *b, struct jscan *s)
{
	char text[RECORD_TEXT + 1];
	char key[16];
	double index;
	enum jtok t;

	memset(out, 0, sizeof(*out));
	out->item = (struct plan_item){ .row = -1, .step = -1 };
	out->round = 1;
	room_act_init(&out->act);
	while ((t = jscan_next(s)) == JTOK_KEY) {
		char *to;

		if (!jscan_string(s, key, sizeof(key)))
			return false;
		t = jscan_next(s);
		if (str_same(key, "row") || str_same(key, "step")) {
			if (t != JTOK_NUMBER || !jscan_number(s, &index) ||
			    index < 0 || index > 1e6)
				return false;
			*(key[0] == 'r' ? &out->item.row : &out->item.step) =
				(int)index;
			continue;
		}
		to = str_same(key, "before")  ? out->before
		     : str_same(key, "after") ? out->after
					      : NULL;
		if (to == NULL || t != JTOK_STRING ||
		    !jscan_string(s, text, sizeof(text)))
			return false;
		text_clean(to, sizeof(out->before), text, strlen(text));
	}
	if (t != JTOK_OBJECT_END || (out->item.row < 0) == (out->item.step < 0))
		return false;
	if (out->item.row >= 0 &&
	    (size_t)out->item.row < b->rollback.undo_count)
		out->item.layer = b->rollback.undos[out->item.row].layer;
	else if (out->item.step >= 0 && (size_t)out->item.step < b->step_count)
		out->item.layer = b->steps[out->item.step].layer;
	else
		return false;
	return true;
}

/* The items of a plan; NULL when they cannot be read. */
static struct room_undo *
take_items(const struct book *b, const char *json, size_t *count)
{
	size_t most = b->rollback.undo_count + b->step_count;
	struct room_undo *items = mem_new(most, sizeof(*items));
	struct jscan s;
	enum jtok t;

	*count = 0;
	jscan_init(&s, json, strlen(json));
	if (jscan_next(&s) != JTOK_ARRAY)
		goto refused;
	while ((t = jscan_next(&s)) == JTOK_OBJECT)
		if (*count == most || !take_item(&items[(*count)++], b, &s))
			goto refused;
	if (t == JTOK_ARRAY_END && jscan_next(&s) == JTOK_END)
		return items;
refused:
	mem_free(items);
	return NULL;
}

bool
room_items_read(const struct room *r, const struct record *rec,
		struct room_undo **items, size_t *count)
{
	const char *json = record_get(rec, "items");

	*items = NULL;
	*count = 0;
	if (json[0] == '\0')
		return true;
	*items = take_items(r->book, json, count);
	return *items != NULL;
}
