/* gate_names - titles and units that people read, from names in manifests. */
#include "conf/manifest.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

static const struct {
	const char *ending, *unit;
} units[] = {
	{ "_percent", "%" },
	{ "_ms", "ms" },
	{ "_seconds", "s" },
};

static const char *const acronyms[] = {
	"api", "crm", "dns", "dss", "etl", "http", "id",  "ivr",
	"pci", "rtp", "sip", "sla", "tls", "ttl",  "wfm",
};

const char *
gate_name_unit(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_ends(name, units[i].ending))
			return units[i].unit;
	return "";
}

static size_t
without_unit(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_ends(name, units[i].ending) &&
		    len > strlen(units[i].ending))
			return len - strlen(units[i].ending);
	return len;
}

/* "sip" reads "SIP". */
static void
raise_acronym(char *word)
{
	size_t i = 0;

	/* The first letter decides mostly; titles are made by the thousand. */
	while (i < ARRAY_LEN(acronyms) &&
	       (acronyms[i][0] != word[0] || strcmp(acronyms[i], word) != 0))
		i++;
	if (i == ARRAY_LEN(acronyms))
		return;
	for (; *word != '\0'; word++)
		*word = (char)toupper((unsigned char)*word);
}

void
gate_name_title(char *to, size_t size, const char *name)
{
	char copy[SIGNAL_NAME];
	char *rest = copy;
	size_t used = 0;

	str_copy_n(copy, sizeof(copy), name, without_unit(name));
	to[0] = '\0';
	for (char *word = strtok_r(copy, "_-", &rest); word != NULL;
	     word = strtok_r(NULL, "_-", &rest)) {
		if (used > 0 && used + 1 < size)
			to[used++] = ' ';
		raise_acronym(word);
		str_copy(to + used, size - used, word);
		used += strlen(to + used);
	}
}
