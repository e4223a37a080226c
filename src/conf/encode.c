/* encode - parts of a file as compact JSON text, as kinds take them. */
#include "conf/encode.h"

#include "base/json.h"
#include "conf/scalar.h"

static bool
finish(struct buf *out, const struct site *s, const struct node *n)
{
	if (!out->cut)
		return true;
	node_error(s, n, "too-large", "more than %u KiB as JSON",
		   ENCODE_BYTES >> 10);
	return false;
}

static void
write_scalar(struct jwriter *w, const struct site *s, const struct node *n)
{
	const char *key = n->key;
	double number;

	if (n->quoted) {
		jw_text(w, key, n->text);
	} else if (node_is_plain(n, "true") || node_is_plain(n, "false")) {
		jw_flag(w, key, n->text[0] == 't');
	} else if (node_is_plain(n, "null")) {
		jw_null(w, key);
	} else if (node_number(n->text, &number)) {
		jw_raw(w, key, n->text);
	} else if (node_is_empty(n)) {
		node_error(s, n, "empty",
			   "\"%.64s\" has no value: write null, \"\" or a "
			   "value",
			   key != NULL ? key : "item");
		jw_null(w, key);
	} else {
		if (word_is_ambiguous(n->text))
			node_warn(s, n, "ambiguous",
				  "%s is sent as the text \"%s\": write true "
				  "or false, or put it in quotes",
				  n->text, n->text);
		jw_text(w, key, n->text);
	}
}

static void
write_any(struct jwriter *w, const struct site *s, const struct node *n,
	  const char *key)
{
	if (n->type == NODE_SCALAR) {
		write_scalar(w, s, n);
		return;
	}
	if (n->type == NODE_LIST)
		jw_array(w, key);
	else
		jw_object(w, key);
	for (const struct node *c = n->first; c != NULL; c = c->next)
		write_any(w, s, c, c->key);
	if (n->type == NODE_LIST)
		jw_array_end(w);
	else
		jw_object_end(w);
}

bool
encode_any(struct buf *out, const struct site *s, const struct node *n)
{
	struct jwriter w;
	struct node root = *n;

	/* The outermost value has no key of its own. */
	root.key = NULL;
	buf_init(out, ENCODE_BYTES);
	jw_init(&w, out);
	write_any(&w, s, &root, NULL);
	return finish(out, s, n);
}

bool
encode_list(struct buf *out, const struct site *s, const struct node *n)
{
	struct jwriter w;
	bool ok = true;

	buf_init(out, ENCODE_BYTES);
	jw_init(&w, out);
	jw_array(&w, NULL);
	for (const struct node *c = n->first; c != NULL; c = c->next) {
		const char *text = scalar_any(s, c, "a text");

		ok = ok && text != NULL;
		jw_text(&w, NULL, text != NULL ? text : "");
	}
	jw_array_end(&w);
	return finish(out, s, n) && ok;
}

bool
encode_map(struct buf *out, const struct site *s, const struct node *n)
{
	struct jwriter w;
	bool ok = true;

	buf_init(out, ENCODE_BYTES);
	jw_init(&w, out);
	jw_object(&w, NULL);
	for (const struct node *c = n->first; c != NULL; c = c->next) {
		const char *text = scalar_any(s, c, "a text");

		ok = ok && text != NULL;
		jw_text(&w, c->key, text != NULL ? text : "");
	}
	jw_object_end(&w);
	return finish(out, s, n) && ok;
}
