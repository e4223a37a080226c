/* gate - a set of gates, and what follows from the name of a signal. */
#include "model/gate.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Words that people write in capitals. */
static const char acronyms[] = "api sip tls pci dss dns crm wfm rtp sdp mos "
			       "iam sla sms ivr acd gdpr hipaa id ip";

static const struct {
	const char *ending;
	const char *unit;
} units[] = {
	{ "_percent", "%" }, { "_ms", "ms" },	    { "_seconds", "s" },
	{ "_s", "s" },	     { "_minutes", "min" },
};

/* "abandonment_rate_percent" to "abandonment rate" and "%". */
static void
name_title(struct gate *g, const char *name)
{
	char word[GATE_TITLE];
	char text[SIGNAL_NAME];

	str_copy(text, sizeof(text), name);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_ends(text, units[i].ending)) {
			text[strlen(text) - strlen(units[i].ending)] = '\0';
			str_copy(g->unit, sizeof(g->unit), units[i].unit);
			break;
		}
	g->title[0] = '\0';
	for (const char *p = text; *p != '\0'; p += strspn(p, "_")) {
		size_t len = strcspn(p, "_");
		size_t used = strlen(g->title);

		str_copy_n(word, sizeof(word), p, len);
		if (str_in_words(acronyms, word))
			for (char *c = word; *c != '\0'; c++)
				*c = (char)toupper((unsigned char)*c);
		str_printf(g->title + used, sizeof(g->title) - used, "%s%s",
			   used > 0 ? " " : "", word);
		p += len;
	}
}

bool
gate_is_readiness(const struct gate *g)
{
	return str_same(g->domain, GATE_DOMAIN_READINESS);
}

void
gate_init(struct gate *g, const char *signal)
{
	const char *dot = strchr(signal, '.');

	memset(g, 0, sizeof(*g));
	str_copy(g->signal, sizeof(g->signal), signal);
	if (dot != NULL)
		str_copy_n(g->domain, sizeof(g->domain), signal,
			   (size_t)(dot - signal));
	name_title(g, dot == NULL ? signal : dot + 1);
	g->weight = 1;
}

void
gate_set_clear(struct gate_set *set)
{
	mem_free(set->domains);
	mem_free(set->gates);
	mem_free(set->bases);
	memset(set, 0, sizeof(*set));
}

const struct gate_domain *
gate_set_domain(const struct gate_set *set, const char *name)
{
	for (size_t i = 0; i < set->domain_count; i++)
		if (str_same(set->domains[i].name, name))
			return &set->domains[i];
	return NULL;
}
