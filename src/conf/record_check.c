/* record_check - a DNS record that is set: name, value and time to live. */
#include "conf/runbook.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"
#include "conf/template.h"

#define NAME_MOST 253 /* RFC 1035, 2.3.4, without the last dot */
#define LABEL_MOST 63
#define TTL_MOST 86400 /* what the provider takes; 1: it chooses */
#define TTL_GUIDE_LEAST 60
#define TTL_CHOSEN 1 /* by the provider */
#define TTL_GUIDE_MOST 300

/* Labels of letters, digits, "-" and "_" between dots; "*" may be the first. */
bool
record_name_is_sound(const char *name)
{
	size_t len = strlen(name), label = 0;

	len -= len > 0 && name[len - 1] == '.';
	if (len == 0 || len > NAME_MOST)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_star = name[i] == '*' && i == 0 && name[1] == '.';

		if (name[i] == '.' && label == 0)
			return false;
		label = name[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MOST ||
		    (!isalnum((unsigned char)name[i]) && !is_star &&
		     strchr("-_.", name[i]) == NULL))
			return false;
	}
	return label > 0;
}

static bool
is_address(const char *value, int family)
{
	struct in6_addr room; /* the larger of both */

	return inet_pton(family, value, &room) == 1;
}

static bool
is_four(const char *value)
{
	return is_address(value, AF_INET);
}

static bool
is_six(const char *value)
{
	return is_address(value, AF_INET6);
}

/* A host has a zone: one label alone is a name that nobody resolved. */
static bool
is_host(const char *value)
{
	return record_name_is_sound(value) && strchr(value, '.') != NULL;
}

static bool
is_text(const char *value)
{
	return value[0] != '\0' && text_is_plain(value, false);
}

static const struct {
	const char *type;
	bool (*is_value)(const char *value);
	const char *wants;
} types[] = {
	{ "A", is_four, "an IPv4 address such as 192.0.2.10" },
	{ "AAAA", is_six, "an IPv6 address such as 2001:db8::10" },
	{ "CNAME", is_host, "the name of a host such as sip.example.com" },
	{ "TXT", is_text, "a text" },
};

/* The member that was read as what it must be; NULL. */
static const struct node *
read_member(const struct node *map, const char *key,
	    const struct settings *with, const char *prefix)
{
	const struct node *n = node_get(map, key);
	char dotted[32];

	str_printf(dotted, sizeof(dotted), "%s%s", prefix, key);
	/* A placeholder that nothing fills in is reported as such. */
	if (n == NULL || n->type != NODE_SCALAR || template_has_word(n->text))
		return NULL;
	return settings_text(with, dotted) != NULL ? n : NULL;
}

static void
check_value(const struct site *s, const char *type, const struct node *n)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i].type, type) != 0 ||
		    types[i].is_value(n->text))
			continue;
		node_error(s, n, "bad-record",
			   "\"%.64s\" is no value of a record of type %s, "
			   "which is %s%s",
			   n->text, type, types[i].wants,
			   n->from == NULL ? ""
					   : ": write one, or say by \"names\" "
					     "of the rollback what it stands "
					     "for");
	}
}

static void
check_ttl(const struct site *s, const struct node *n)
{
	int64_t ttl;

	if (!str_to_int(n->text, &ttl) || ttl < 1 || ttl > TTL_MOST)
		node_error(s, n, "range",
			   "a ttl is 1 to %d seconds, found %.32s", TTL_MOST,
			   n->text);
	else if (ttl > TTL_CHOSEN && ttl < TTL_GUIDE_LEAST)
		node_warn(s, n, "ttl",
			  "a ttl of %.32s s: below %d s resolvers ask without "
			  "end, and carriers limit the rate",
			  n->text, TTL_GUIDE_LEAST);
	else if (ttl > TTL_GUIDE_MOST)
		node_warn(s, n, "ttl",
			  "a ttl of %.32s s: above %d s resolvers keep the old "
			  "record for longer than a rollback may take",
			  n->text, TTL_GUIDE_MOST);
}

static void
check_record(const struct site *s, const struct node *map,
	     const struct settings *with, const char *prefix)
{
	const struct node *name = read_member(map, "name", with, prefix);
	const struct node *type = read_member(map, "type", with, prefix);
	const struct node *value = read_member(map, "value", with, prefix);
	const struct node *ttl = read_member(map, "ttl", with, prefix);

	if (name != NULL && !record_name_is_sound(name->text))
		node_error(s, name, "bad-record",
			   "\"%.64s\" is no name of a record: letters, digits, "
			   "\"-\" and \"_\" between dots",
			   name->text);
	if (value != NULL)
		check_value(s, type != NULL ? type->text : "A", value);
	if (ttl != NULL)
		check_ttl(s, ttl);
}

void
record_check(const struct site *s, const struct kind_spec *spec,
	     const struct node *map, const struct settings *with)
{
	if (strcmp(spec->name, "dns") == 0 && spec->facts == NULL)
		check_record(s, map, with, "");
	if (strcmp(spec->name, "manual") == 0)
		check_record(s, node_get(node_get(map, "verify"), "dns"), with,
			     "verify.dns.");
}
