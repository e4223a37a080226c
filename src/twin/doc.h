/* doc - documents that are patched member by member.  Pure; under the state's
 * lock. */
#ifndef TWIN_DOC_H
#define TWIN_DOC_H

#include "base/json.h"
#include "twin/state.h"

/* The document at `path`, or `initial` when it was never written. */
const char *doc_text(struct twin_state *s, const char *path,
		     const char *initial);

/* Members of `patch` replace those of the document at `path` (which begins
 * as `initial`); *changed tells whether its text is another now.  False when
 * there is no room for it. */
bool doc_patch(struct twin_state *s, const char *path, const char *initial,
	       const struct json *patch, bool *changed);

/* Forgets what was written at `path`; false when nothing was. */
bool doc_drop(struct twin_state *s, const char *path);

/* Writes any JSON value again. */
void doc_put_json(struct jwriter *w, const char *key, const struct json *v);

#endif
