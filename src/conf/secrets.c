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

static const char *const name_parts[] = { "authorization", "password",
					  "passwd",	   "secret",
					  "apikey",	   "privatekey",
					  "accesskey",	   "cookie" };

bool
secret_name(const char *key)
{
	char word[96];

	squeeze(word, sizeof(word), key);
	for (size_t i = 0; i < ARRAY_LEN(name_parts); i++)
		if (strstr(word, name_parts[i]) != NULL)
			return true;
	return str_ends(word, "token");
}

/* Is it such a word, and not what has to do with one ("password_queue")? */
static bool
names_secret(const char *key)
{
	char word[96];

	squeeze(word, sizeof(word), key);
	for (size_t i = 0; i < ARRAY_LEN(name_parts); i++)
		if (str_ends(word, name_parts[i]))
			return true;
	return str_ends(word, "token");
}

#define VALUE_MOST 256 /* of a value, that is looked at */

/* Bytes up to the end of a value within a text, at most VALUE_MOST. */
static size_t
value_len(const char *text)
{
	size_t n = 0;

	while (n < VALUE_MOST && text[n] != '\0' &&
	       strchr(" \t\r\n&;,\"'", text[n]) == NULL)
		n++;
	return n;
}

/* It stands for a secret that is elsewhere: "${PW}", "$PW", "{value}",
 * "<password>", "****". */
static bool
is_reference(const char *text)
{
	size_t len = value_len(text), name = 1;

	if (text[0] == '$')
		while (isupper((unsigned char)text[name]) ||
		       isdigit((unsigned char)text[name]) || text[name] == '_')
			name++;
	return len == 0 || text[0] == '{' || str_starts(text, "${") ||
	       str_starts(text, "$(") || str_starts(text, "%(") ||
	       (text[0] == '$' && name > 1 && name >= len) ||
	       (text[0] == '<' && memchr(text, '>', len) != NULL) ||
	       strspn(text, "*") >= len;
}

/* A name that says where a secret is, or of which kind: "secret_file". */
static bool
names_place(const char *key)
{
	static const char *const ends[] = { "file", "path", "name",
					    "env",  "id",   "arn",
					    "url",  "type", "stdin" };
	char word[96];

	squeeze(word, sizeof(word), key);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(word, ends[i]))
			return true;
	return false;
}

#define VALUE_LEAST 4 /* shorter is no secret worth the name */

static bool
is_secret_value(const char *text)
{
	return !is_reference(text) && value_len(text) >= VALUE_LEAST;
}

/* Among words for people: no word of theirs looks like it. */
static bool
looks_random(const char *text)
{
	size_t len = value_len(text), digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += isdigit((unsigned char)text[i]) != 0;
	return len >= 20 || (len >= 12 && digits > 0 && digits < len);
}

static bool
is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Has its first word a digit?  "password=required" is prose. */
static bool
has_digit(const char *text)
{
	return strcspn(text, "0123456789") < strcspn(text, " ,;");
}

/* "--token=abc", "password=abc", "X-Api-Key: abc", anywhere in it; behind a
 * colon the name must look like that of a header. */
static bool
secret_pair(const char *text, bool is_prose)
{
	for (const char *p = strpbrk(text, "=:"); p != NULL;
	     p = strpbrk(p + 1, "=:")) {
		const char *value = p + 1, *from = p;
		char name[96];

		while (from > text && is_name_byte(from[-1]))
			from--;
		if (!str_copy_n(name, sizeof(name), from, (size_t)(p - from)) ||
		    !secret_name(name) || names_place(name))
			continue;
		if (*p == ':' && (*value++ != ' ' || strchr(name, '-') == NULL))
			continue;
		/* "token == null" compares. */
		if (value[0] == '=' || (is_prose && !looks_random(value) &&
					(*p == ':' || !has_digit(value))))
			continue;
		if (is_secret_value(value))
			return true;
	}
	return false;
}

/* "https://user:password@host". */
static bool
secret_user(const char *text)
{
	for (const char *p = strstr(text, "://"); p != NULL;
	     p = strstr(p + 3, "://")) {
		const char *host = p + 3;
		size_t len = strcspn(host, "/?# \t\"'");
		const char *at = memchr(host, '@', len);
		const char *colon =
			at == NULL ? NULL
				   : memchr(host, ':', (size_t)(at - host));

		if (colon != NULL && colon + 1 < at && !is_reference(colon + 1))
			return true;
	}
	return false;
}

/* Length of the run at `text` of letters, digits and what `more` has. */
static size_t
run_of(const char *text, const char *more)
{
	size_t n = 0;

	while (text[n] != '\0' && (isalnum((unsigned char)text[n]) ||
				   strchr(more, text[n]) != NULL))
		n++;
	return n;
}

/* Three parts of base64, the first an object. */
static bool
is_jwt(const char *text)
{
	for (int part = 0; part < 3; part++) {
		size_t len = run_of(text, "-_");

		if (len < 8 || (part < 2 && text[len] != '.'))
			return false;
		text += len + 1;
	}
	return true;
}

/* Keys that say of themselves what they are. */
static bool
secret_shape(const char *text)
{
	static const struct {
		const char *start;
		size_t least; /* bytes behind it */
	} shapes[] = {
		{ "AKIA", 16 },	 { "ASIA", 16 },   { "ghp_", 36 },
		{ "gho_", 36 },	 { "ghu_", 36 },   { "ghs_", 36 },
		{ "ghr_", 36 },	 { "glpat-", 20 }, { "github_pat_", 22 },
		{ "xoxb-", 20 }, { "xoxp-", 20 },  { "sk_live_", 16 },
		{ "AIza", 35 },
	};

	for (const char *p = text; *p != '\0'; p++) {
		if (p > text && is_name_byte(p[-1]))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
			if (str_starts(p, shapes[i].start) &&
			    run_of(p + strlen(shapes[i].start), "-_") >=
				    shapes[i].least)
				return true;
		if (str_starts(p, "eyJ") && is_jwt(p))
			return true;
	}
	return strstr(text, "PRIVATE KEY-----") != NULL;
}

/* "Bearer abc" and "Basic abc", alone or behind the name of the header; in
 * prose "Basic checks" is none. */
static bool
secret_scheme(const char *text, bool is_prose)
{
	static const char *const schemes[] = { "bearer ", "basic " };
	const char *p = strcasestr(text, "authorization:");

	if (p != NULL)
		text = p + strlen("authorization:");
	text += strspn(text, " ");
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(text, schemes[i], len) == 0 &&
		    strlen(text) > len + 5 && !is_reference(text + len) &&
		    (!is_prose || looks_random(text + len)))
			return true;
	}
	return false;
}

/* Text that is a credential, or holds one, whatever its key is called. */
static bool
secret_value(const char *text, bool is_prose)
{
	return secret_scheme(text, is_prose) || secret_shape(text) ||
	       secret_pair(text, is_prose) || secret_user(text);
}

/* Is the word `before` one whose next word is a secret: "--password", "-u"? */
static bool
secret_word(const char *before, const char *text)
{
	const char *colon = strchr(text, ':');
	int64_t number;

	if (before[0] != '-' || strchr("-/@", text[0]) != NULL ||
	    is_reference(text))
		return false;
	if (str_in_words("-u -U --user --proxy-user", before))
		return colon != NULL && colon[1] != '\0' && colon[1] != '/' &&
		       !is_reference(colon + 1) &&
		       !str_to_int(colon + 1, &number);
	return strchr(before, '=') == NULL && secret_name(before) &&
	       !names_place(before) && is_secret_value(text);
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

static void
tell(const struct site *s, const struct node *n)
{
	node_error(s, n, "secret",
		   "\"%.64s\" is a literal secret: name it by "
		   "secret_env or secret_file of the endpoint",
		   n->key != NULL ? n->key : "item");
}

void
secrets_check(const struct site *s, const struct node *n)
{
	const struct node *before = NULL;

	if (n->type != NODE_SCALAR) {
		bool is_list = n->type == NODE_LIST;

		for (n = n->first; n != NULL; n = n->next) {
			if (is_list && before != NULL &&
			    before->type == NODE_SCALAR &&
			    n->type == NODE_SCALAR &&
			    secret_word(before->text, n->text))
				tell(s, n);
			else
				secrets_check(s, n);
			before = n;
		}
		return;
	}
	if (n->text[0] == '\0')
		return;
	if ((n->key != NULL && secret_name(n->key) && !is_plain_word(n) &&
	     !is_reference(n->text)) ||
	    secret_value(n->text, false) || secret_query(n->text))
		tell(s, n);
}

/* `under` is the key of the map it stands in; "". */
static void
look(const struct site *s, const struct node *n, const char *under)
{
	if (n->type != NODE_SCALAR) {
		const char *key = n->key != NULL ? n->key : "";

		for (n = n->first; n != NULL; n = n->next)
			look(s, n, key);
		return;
	}
	if (secret_value(n->text, true) ||
	    (n->key != NULL && strcmp(under, "names") == 0 &&
	     names_secret(n->key) && !is_plain_word(n) &&
	     is_secret_value(n->text))) {
		if (!node_has_error(s, n, "secret"))
			tell(s, n);
	}
}

void
secrets_look(const struct site *s, const struct node *root)
{
	if (root != NULL)
		look(s, root, "");
}
