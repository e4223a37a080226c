/* secrets - what must never stand in a file that people share. */
#include "conf/secrets.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/str.h"

/* The letters and digits of a key, lower case: "X-Api_Key" is "xapikey". */
static void
squeeze(char *to, size_t size, const char *key)
{
	size_t used = 0;

	for (; *key != '\0' && used + 1 < size; key++)
		if (isalnum((unsigned char)*key))
			to[used++] = (char)tolower((unsigned char)*key);
	to[used] = '\0';
}

bool
secret_name(const char *key)
{
	static const char *const parts[] = { "authorization", "password",
					     "passwd",	      "secret",
					     "apikey",	      "privatekey",
					     "accesskey",     "cookie" };
	char word[96];

	squeeze(word, sizeof(word), key);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (strstr(word, parts[i]) != NULL)
			return true;
	return str_ends(word, "token");
}

/* Text that is a credential whatever its key is called. */
static bool
secret_value(const char *text)
{
	static const char *const schemes[] = { "bearer ", "basic " };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0 &&
		    strlen(text) > strlen(schemes[i]) + 5)
			return true;
	return strstr(text, "PRIVATE KEY-----") != NULL;
}

static bool
is_plain_word(const struct node *n)
{
	double number;

	return !n->quoted &&
	       (node_is_plain(n, "true") || node_is_plain(n, "false") ||
		node_is_plain(n, "null") || node_number(n->text, &number));
}

/* "?token=abc" in a path. */
static bool
secret_query(const char *text)
{
	const char *p = text[0] == '/' ? strchr(text, '?') : NULL;
	char name[96];

	while (p != NULL) {
		size_t len = strcspn(++p, "=&");

		str_copy_n(name, sizeof(name), p, len);
		if (p[len] == '=' && p[len + 1] != '\0' && secret_name(name))
			return true;
		p = strchr(p, '&');
	}
	return false;
}

void
secrets_check(const struct site *s, const struct node *n)
{
	if (n->type != NODE_SCALAR) {
		for (n = n->first; n != NULL; n = n->next)
			secrets_check(s, n);
		return;
	}
	if (n->text[0] == '\0')
		return;
	if ((n->key != NULL && secret_name(n->key) && !is_plain_word(n)) ||
	    secret_value(n->text) || secret_query(n->text))
		node_error(s, n, "secret",
			   "\"%.64s\" is a literal secret: name it by "
			   "secret_env or secret_file of the endpoint",
			   n->key != NULL ? n->key : "item");
}
