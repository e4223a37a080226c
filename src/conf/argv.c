/* argv - words of a program as a runbook gives them: a path first, no shell. */
#include "conf/runbook.h"

#include <string.h>

#include "base/str.h"

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* "sh -c TEXT", "bash -ec TEXT": a program hidden in a text. */
static bool
is_shell_string(const struct node *n)
{
	const struct node *next = n->next;

	return next != NULL && next->type == NODE_SCALAR &&
	       str_in_words("sh bash dash ash zsh ksh csh tcsh fish busybox",
			    last_part(n->text)) &&
	       next->text[0] == '-' && next->text[1] != '-' &&
	       strchr(next->text, 'c') != NULL;
}

static void
check_argv(const struct site *s, const struct node *list)
{
	const struct node *first = list->first;

	if (first == NULL) {
		node_key_error(s, list, "empty",
			       "\"%.64s\" is empty: name a program", list->key);
		return;
	}
	if (first->type != NODE_SCALAR)
		return;
	if (first->text[0] != '/')
		node_error(s, first, "relative-program",
			   "\"%.64s\" is no whole path of a program: begin it "
			   "with \"/\"",
			   first->text);
	for (const struct node *n = first; n != NULL; n = n->next)
		if (n->type == NODE_SCALAR && is_shell_string(n))
			node_error(s, n->next, "shell-string",
				   "a text for %.32s to run hides what is "
				   "done: give the words of the program "
				   "themselves, or a file",
				   last_part(n->text));
}

static void
check_codes(const struct site *s, const struct node *list)
{
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		int64_t code;

		if (n->type == NODE_SCALAR && str_to_int(n->text, &code) &&
		    code >= 0 && code <= 255)
			continue;
		node_error(s, n, "bad-exit-code",
			   "\"%.32s\" is no exit code: 0 to 255",
			   n->type == NODE_SCALAR ? n->text : "item");
	}
}

static void
check_names(const struct site *s, const struct node *list)
{
	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (n->type == NODE_SCALAR &&
		    (n->text[0] == '\0' || strpbrk(n->text, "= \t") != NULL))
			node_error(s, n, "bad-name",
				   "\"%.64s\" is no name of the environment: "
				   "its value comes from ours",
				   n->text);
}

void
argv_check(const struct site *s, const struct kind_spec *spec,
	   const struct param *p, const struct node *list)
{
	if (strcmp(p->name, "argv") == 0)
		check_argv(s, list);
	else if (!str_in_words("exec load manual", spec->name))
		return;
	else if (strcmp(p->name, "done") == 0)
		check_codes(s, list);
	else if (strcmp(p->name, "env") == 0)
		check_names(s, list);
}
