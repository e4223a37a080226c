/* schema_out - the JSON Schema of the runbook, made from the rows. */
#include "conf/conf.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "conf/runbook.h"

#define DURATION_PATTERN "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
#define TEMPLATE_PATTERN "\\{[a-z_]+\\}"
#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_.-]*$"

static void
words(struct jwriter *w, const char *list)
{
	jw_array(w, "enum");
	while (*list != '\0') {
		char word[64];
		size_t n = strcspn(list, " ");

		str_copy_n(word, sizeof(word), list, n);
		jw_text(w, NULL, word);
		list += n;
		list += strspn(list, " ");
	}
	jw_array_end(w);
}

static void
type(struct jwriter *w, const char *name)
{
	jw_text(w, "type", name);
}

static void
text_pattern(struct jwriter *w, const char *pattern)
{
	type(w, "string");
	jw_text(w, "pattern", pattern);
}

/* A text where YAML may leave the quotes out: numbers and flags pass too. */
static void
scalar(struct jwriter *w)
{
	jw_array(w, "type");
	jw_text(w, NULL, "string");
	jw_text(w, NULL, "number");
	jw_text(w, NULL, "boolean");
	jw_array_end(w);
}

static void
scalars(struct jwriter *w, bool as_list)
{
	type(w, as_list ? "array" : "object");
	jw_object(w, as_list ? "items" : "additionalProperties");
	scalar(w);
	jw_object_end(w);
}

static void write_params(struct jwriter *w, const struct param *params,
			 bool templates);

/* Any text of it may hold {region}: the names alone are held to. */
static void
write_each(struct jwriter *w, const struct param *params)
{
	type(w, "object");
	jw_object(w, "propertyNames");
	jw_array(w, "enum");
	for (const struct param *p = params; p->name != NULL; p++)
		jw_text(w, NULL, p->name);
	jw_array_end(w);
	jw_object_end(w);
	jw_array(w, "required");
	for (const struct param *p = params; p->name != NULL; p++)
		if (p->required)
			jw_text(w, NULL, p->name);
	jw_array_end(w);
}

static void
write_param_type(struct jwriter *w, const struct param *p, bool templates)
{
	switch (p->type) {
	case PARAM_WORD:
		words(w, p->choices);
		break;
	case PARAM_NUMBER:
		type(w, "number");
		break;
	case PARAM_INTEGER:
		type(w, "integer");
		break;
	case PARAM_FLAG:
		type(w, "boolean");
		break;
	case PARAM_DURATION:
		text_pattern(w, DURATION_PATTERN);
		break;
	case PARAM_POINTER:
		text_pattern(w, "^(/.*)?$");
		break;
	case PARAM_PATH:
	case PARAM_PATH_JOB:
		text_pattern(w, "^/");
		break;
	case PARAM_ENDPOINT:
		text_pattern(w, NAME_PATTERN);
		break;
	case PARAM_LIST:
	case PARAM_MAP:
		scalars(w, p->type == PARAM_LIST);
		break;
	case PARAM_GROUP:
		write_params(w, p->inside, templates);
		break;
	case PARAM_EACH:
		write_each(w, p->inside);
		break;
	case PARAM_JSON:
		break;
	default:
		scalar(w);
	}
}

/* Not a text anyway: a "{target}" beside its type must be allowed. */
static bool
is_narrow(enum param_type as)
{
	return as == PARAM_WORD || as == PARAM_NUMBER || as == PARAM_INTEGER ||
	       as == PARAM_FLAG || as == PARAM_DURATION || as == PARAM_PATH ||
	       as == PARAM_POINTER || as == PARAM_ENDPOINT;
}

static void
write_param(struct jwriter *w, const struct param *p, bool templates)
{
	jw_object(w, p->name);
	if (p->help != NULL)
		jw_text(w, "description", p->help);
	if (templates && is_narrow(p->type)) {
		jw_array(w, "anyOf");
		jw_object(w, NULL);
		write_param_type(w, p, templates);
		jw_object_end(w);
		jw_object(w, NULL);
		text_pattern(w, TEMPLATE_PATTERN);
		jw_object_end(w);
		jw_array_end(w);
	} else {
		write_param_type(w, p, templates);
	}
	if (p->fallback != NULL)
		jw_text(w, "default", p->fallback);
	jw_object_end(w);
}

/* The same three keys close each object, whatever its rows are. */
static void
write_params(struct jwriter *w, const struct param *params, bool templates)
{
	type(w, "object");
	jw_flag(w, "additionalProperties", false);
	jw_object(w, "properties");
	for (const struct param *p = params; p->name != NULL; p++)
		write_param(w, p, templates);
	jw_object_end(w);
	jw_array(w, "required");
	for (const struct param *p = params; p->name != NULL; p++)
		if (p->required)
			jw_text(w, NULL, p->name);
	jw_array_end(w);
}

static void
write_kinds(struct jwriter *w, const struct kind_spec *const *kinds,
	    bool templates)
{
	for (; *kinds != NULL; kinds++) {
		jw_object(w, (*kinds)->name);
		jw_text(w, "description", (*kinds)->help);
		write_params(w, (*kinds)->params, templates);
		jw_object_end(w);
	}
}

static void
one_of_kinds(struct jwriter *w, const struct kind_spec *const *kinds)
{
	jw_array(w, "oneOf");
	for (; *kinds != NULL; kinds++) {
		jw_object(w, NULL);
		jw_array(w, "required");
		jw_text(w, NULL, (*kinds)->name);
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void write_rows(struct jwriter *w, const struct field *rows,
		       enum field_beside beside,
		       const struct conf_kinds *kinds);

/* "do" and "undo": one kind, or the word none. */
static void
write_act(struct jwriter *w)
{
	jw_array(w, "oneOf");
	jw_object(w, NULL);
	jw_text(w, "$ref", "#/$defs/act");
	jw_object_end(w);
	jw_object(w, NULL);
	jw_text(w, "const", "none");
	jw_object_end(w);
	jw_array_end(w);
}

static void
write_acts(struct jwriter *w, const struct field *row,
	   const struct conf_kinds *kinds)
{
	type(w, "object");
	jw_object(w, "additionalProperties");
	if (row->inside != NULL)
		write_rows(w, row->inside, row->beside, kinds);
	else
		jw_text(w, "$ref", "#/$defs/act");
	jw_object_end(w);
}

static void
write_nested(struct jwriter *w, const struct field *row,
	     const struct conf_kinds *kinds)
{
	type(w, row->as == AS_OBJECTS ? "array" : "object");
	if (row->as == AS_NAMED) {
		jw_object(w, "propertyNames");
		jw_text(w, "pattern", NAME_PATTERN);
		jw_object_end(w);
	}
	jw_object(w, row->as == AS_OBJECTS ? "items" : "additionalProperties");
	write_rows(w, row->inside, row->beside, kinds);
	jw_object_end(w);
}

static void
write_bounds(struct jwriter *w, const struct field *row)
{
	if (row->least == 0 && row->most == 0)
		return;
	jw_number(w, "minimum", row->least);
	if (row->most > 0)
		jw_number(w, "maximum", row->most);
}

static void
write_type(struct jwriter *w, const struct field *row,
	   const struct conf_kinds *kinds)
{
	switch (row->as) {
	case AS_ID:
		text_pattern(w, NAME_PATTERN);
		break;
	case AS_WORD:
		words(w, row->words);
		break;
	case AS_NUMBER:
	case AS_COUNT:
	case AS_LONG:
		type(w, row->as == AS_NUMBER ? "number" : "integer");
		write_bounds(w, row);
		break;
	case AS_FLAG:
		type(w, "boolean");
		break;
	case AS_DURATION:
		text_pattern(w, DURATION_PATTERN);
		break;
	case AS_TEXTS:
	case AS_TEXT_MAP:
		scalars(w, row->as == AS_TEXTS);
		break;
	case AS_OBJECT:
		write_rows(w, row->inside, row->beside, kinds);
		break;
	case AS_OBJECTS:
	case AS_NAMED:
		write_nested(w, row, kinds);
		break;
	case AS_ACT:
		write_act(w);
		break;
	case AS_ACTS:
		write_acts(w, row, kinds);
		break;
	case AS_ANY:
		break;
	default:
		scalar(w);
	}
}

static void
write_rows(struct jwriter *w, const struct field *rows,
	   enum field_beside beside, const struct conf_kinds *kinds)
{
	const struct kind_spec *const *beside_kinds =
		beside == BESIDE_PROBES	 ? kinds->probes
		: beside == BESIDE_STEPS ? kinds->steps
		: beside == BESIDE_READS ? baseline_reads
					 : NULL;

	/* Acts with fields of their own are those of the rollback, which are
	 * filled from its manifest. */
	bool templates = beside == BESIDE_STEPS && rows[0].name != NULL;

	type(w, "object");
	jw_flag(w, "additionalProperties", false);
	jw_object(w, "properties");
	for (const struct field *row = rows; row->name != NULL; row++) {
		jw_object(w, row->name);
		jw_text(w, "description", row->help);
		write_type(w, row, kinds);
		jw_object_end(w);
	}
	if (beside_kinds != NULL)
		write_kinds(w, beside_kinds, templates);
	jw_object_end(w);
	jw_array(w, "required");
	for (const struct field *row = rows; row->name != NULL; row++)
		if (row->required)
			jw_text(w, NULL, row->name);
	jw_array_end(w);
	if (beside_kinds != NULL)
		one_of_kinds(w, beside_kinds);
}

void
conf_write_schema(struct buf *out, const struct conf_kinds *kinds)
{
	static const struct field no_fields[] = { { .name = NULL } };
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_text(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
	jw_text(&w, "title", "warroom runbook");
	write_rows(&w, runbook_fields, BESIDE_NONE, kinds);
	jw_object(&w, "$defs");
	jw_object(&w, "act");
	write_rows(&w, no_fields, BESIDE_STEPS, kinds);
	jw_object_end(&w);
	jw_object_end(&w);
	jw_object_end(&w);
}
