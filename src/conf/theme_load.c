/* theme_load - roles to styles, read from a YAML file. */
#include "conf/theme.h"

#include <string.h>

#include "base/str.h"
#include "conf/colour.h"
#include "conf/fields.h"
#include "conf/scalar.h"
#include "conf/theme_legible.h"
#include "conf/theme_read.h"

/* What a theme says of itself. */
struct theme_head {
	char name[sizeof(((struct theme *)0)->name)];
	int background; /* enum background */
};

static const struct field theme_fields[] = {
	{ .name = "theme",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct theme_head, name),
	  .help = "name of the theme" },
	{ .name = "background",
	  .as = AS_WORD,
	  .words = BACKGROUND_WORDS,
	  FIELD_AT(struct theme_head, background),
	  .help = "what the default background is taken to be" },
	{ .name = "256",
	  .as = AS_TEXT_MAP,
	  .required = true,
	  .help = "role to style, for 256 colours" },
	{ .name = "16",
	  .as = AS_TEXT_MAP,
	  .required = true,
	  .help = "role to style, for 16 colours" },
	{ .name = "mono",
	  .as = AS_TEXT_MAP,
	  .required = true,
	  .help = "role to attributes, without colours" },
	{ .name = NULL },
};

static const struct {
	const char *word;
	unsigned bit;
} attributes[] = {
	{ "bold", STYLE_BOLD },
	{ "underline", STYLE_UNDERLINE },
	{ "reverse", STYLE_REVERSE },
	{ "dim", STYLE_DIM },
	{ "plain", 0 },
};

static bool
read_attribute(const struct site *s, const struct node *n, const char *word,
	       struct style *out)
{
	char hint[96];

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (strcmp(attributes[i].word, word) == 0) {
			out->attrs |= attributes[i].bit;
			return true;
		}
	suggest_word(hint, sizeof(hint), s, word,
		     "bold underline reverse dim plain");
	node_error(s, n, "unknown-word", "unknown attribute \"%.32s\"%s", word,
		   hint);
	return false;
}

static bool
read_colour(const struct site *s, const struct node *n, const char *word,
	    int count, int *out)
{
	char hint[96];

	if (colour_parse(word, count, out))
		return true;
	suggest_word(hint, sizeof(hint), s, word, colour_names);
	node_error(s, n, "bad-colour",
		   "\"%.32s\" is no colour: a name, 0 to %d, #rrggbb or "
		   "default%s",
		   word, count - 1, hint);
	return false;
}

/* "fg bg attributes", or attributes alone when there are no colours. */
static void
read_style(const struct site *s, const struct node *n, int count,
	   struct style *out)
{
	char line[128];
	char *rest = line;
	int at = count > 0 ? 0 : 2;

	if (!scalar_line(s, n, line, sizeof(line)))
		return;
	for (char *word = strtok_r(line, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest), at++)
		if (at == 0   ? !read_colour(s, n, word, count, &out->fg)
		    : at == 1 ? !read_colour(s, n, word, count, &out->bg)
			      : !read_attribute(s, n, word, out))
			return;
	if (count > 0 && at < 2)
		node_error(s, n, "missing",
			   "\"%s\" needs a foreground and a background",
			   n->key);
	else if (count > 0 && out->fg == out->bg && out->fg >= 0)
		node_error(s, n, "unreadable",
			   "\"%s\" has the colour of its background", n->key);
}

static int
find_role(const char *name)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (strcmp(role_rows[i].name, name) == 0)
			return i;
	return -1;
}

static void
unknown_role(const struct site *s, const struct node *n)
{
	const char *names[ROLE_COUNT];
	char hint[96];

	for (int i = 0; i < ROLE_COUNT; i++)
		names[i] = role_rows[i].name;
	suggest(hint, sizeof(hint), s, n->key, names, ROLE_COUNT);
	node_key_error(s, n, "unknown-key", "unknown role \"%.64s\"%s", n->key,
		       hint);
}

static void
read_section(const struct site *s, const struct node *map, int count,
	     struct style *out)
{
	if (map == NULL || map->type != NODE_MAP)
		return;
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		int role = find_role(n->key);

		if (role < 0)
			unknown_role(s, n);
		else
			read_style(s, n, count, &out[role]);
	}
	for (int i = 0; i < ROLE_COUNT; i++)
		if (node_get(map, role_rows[i].name) == NULL)
			node_key_error(s, map, "missing",
				       "the role \"%s\" is missing: %s",
				       role_rows[i].name, role_rows[i].help);
}

void
theme_read(struct theme *out, const struct site *s, const struct node *root)
{
	struct theme_head head = { .background = BACKGROUND_DARK };
	size_t errors = s->f->errors;

	*out = (struct theme){ 0 };
	for (int i = 0; i < ROLE_COUNT; i++)
		out->at256[i] = out->at16[i] = out->mono[i] =
			(struct style){ -1, -1, 0 };
	if (!fields_read(s, theme_fields, root, &head, NULL))
		return;
	str_copy(out->name, sizeof(out->name), head.name);
	read_section(s, node_get(root, "256"), 256, out->at256);
	read_section(s, node_get(root, "16"), 16, out->at16);
	read_section(s, node_get(root, "mono"), 0, out->mono);
	if (s->f->errors == errors)
		theme_check_legible(out, (enum background)head.background, s,
				    root);
}

enum err_code
theme_load(struct theme *out, const char *path, struct findings *f,
	   struct err *e)
{
	size_t errors = f->errors;
	enum err_code code;
	struct doc d;

	*out = (struct theme){ 0 };
	code = doc_read(&d, path, f, e);
	if (code == ERR_NONE && d.root != NULL)
		theme_read(out, &(struct site){ d.file, f }, d.root);
	doc_clear(&d);
	if (code != ERR_NONE)
		return code;
	findings_sort(f);
	if (f->errors == errors)
		return ERR_NONE;
	return err_set(e, ERR_INPUT, "%s: %zu errors", path,
		       f->errors - errors);
}
