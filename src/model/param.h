/*
 * param - how a probe kind or step kind says which settings it takes.
 *
 * The rows drive the loader, the linter, the schema and the manual; a kind
 * lists its own.  Settings reach the kind as texts under dotted names
 * ("poll.path"); bodies, lists and maps as JSON text.  Pure.
 */
#ifndef MODEL_PARAM_H
#define MODEL_PARAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum param_type {
	PARAM_TEXT,
	PARAM_WORD, /* one of `choices` */
	PARAM_NUMBER,
	PARAM_INTEGER,
	PARAM_FLAG,	/* true or false */
	PARAM_DURATION, /* "30s" */
	PARAM_POINTER,	/* JSON pointer, "" or "/a/b" */
	PARAM_ENDPOINT, /* id of an endpoint of the runbook */
	PARAM_PATH,	/* URL path, begins with "/" */
	PARAM_PATH_JOB, /* the same, where JOB_WORD may stand once */
	PARAM_LIST,	/* of texts: JSON array */
	PARAM_MAP,	/* name to text: JSON object */
	PARAM_JSON,	/* any YAML value as JSON text */
	PARAM_SCHEMA,	/* file of a JSON Schema, beside the runbook; the
			   setting is its text */
	PARAM_GROUP,	/* nested settings, see `inside` */
	PARAM_EACH,	/* settings of the step kind of that name, read once
			   for each name of `over` with {region} filled in;
			   a kind takes exactly one of its rows */
};

#define JOB_WORD "{job}" /* the id that a peer gave a job */

struct param {
	const char *name; /* NULL ends the rows */
	enum param_type type;
	bool required;
	const char *choices;  /* PARAM_WORD: space separated */
	const char *fallback; /* as text; NULL: absent when not given */
	const struct param *inside;
	const char *help; /* one line */
};

/* What probes and steps have in common to say about themselves. */
struct kind_spec {
	const char *name;
	const char *help; /* one line: manual, schema and help show it */
	const struct param *params;
	const char *facts; /* probes: words usable in `signals`, "" if any
			      JSON pointer; NULL for steps */
};

struct setting {
	char *name; /* "poll.path" */
	char *text;
};

/* Owns its texts. */
struct settings {
	struct setting *items;
	size_t count;
};

/* Copies both; settings_clear() frees all. */
void settings_add(struct settings *s, const char *name, const char *text);
/* `to` is taken as empty. */
void settings_copy(struct settings *to, const struct settings *from);
void settings_clear(struct settings *s); /* twice is fine */

/* NULL when absent (fallbacks were filled in by the loader). */
const char *settings_text(const struct settings *s, const char *name);
/* `fallback` when absent. */
const char *settings_text_or(const struct settings *s, const char *name,
			     const char *fallback);
/* The loader has checked the types; these fall back only when absent. */
int64_t settings_duration_ms(const struct settings *s, const char *name,
			     int64_t fallback_ms);
/* `fallback` when absent; else it is a number: likewise. */
double settings_number(const struct settings *s, const char *name,
		       double fallback);
/* `fallback` when absent; else "true" or "false". */
bool settings_flag(const struct settings *s, const char *name, bool fallback);

#endif
