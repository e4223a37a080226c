/* encode - parts of a file as compact JSON text, as kinds take them. */
#ifndef CONF_ENCODE_H
#define CONF_ENCODE_H

#include "conf/node.h"

#define ENCODE_BYTES (256u << 10)

/*
 * Any value.  Quoted scalars are strings; unquoted true, false, null and JSON
 * numbers keep their type and their digits; the rest are strings, with a
 * warning where YAML 1.1 would have made something else of them.  False when
 * the text grew past ENCODE_BYTES (reported).
 */
bool encode_any(struct buf *out, const struct site *s, const struct node *n);
/* A list of texts; a map of name to text. */
bool encode_list(struct buf *out, const struct site *s, const struct node *n);
/* `n` is a map; `out` is initialised here and cleared by the caller. */
bool encode_map(struct buf *out, const struct site *s, const struct node *n);

#endif
