/*
 * probe_recording_storage - how recordings are encrypted, kept and flagged.
 *
 * The fields of the guide's answer as facts, each beside what it must be; the
 * guide's values are the defaults.  A field that is not there is unknown, not
 * wrong; one that is wrong decides, whatever else is unknown.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define ANY "any"

enum field_type {
	FIELD_WORDS,
	FIELD_PROTOCOL, /* this version or a higher one */
	FIELD_FLAG,
	FIELD_NUMBER,
};

/* One field: where it stands, the setting that says what it must be. */
static const struct field {
	const char *fact, *pointer, *setting;
	enum field_type type;
	const char *fallback;
} fields[] = {
	{ "region", "/region", "region", FIELD_WORDS, ANY },
	{ "at_rest", "/encryption/atRest", "at_rest", FIELD_WORDS, "AES-256" },
	{ "in_transit", "/encryption/inTransit", "in_transit", FIELD_PROTOCOL,
	  "TLS_1.2" },
	{ "certificate_pinning", "/encryption/certificatePinning",
	  "certificate_pinning", FIELD_FLAG, "true" },
	{ "hipaa", "/complianceFlags/hipaaEnabled", "hipaa", FIELD_FLAG,
	  "true" },
	{ "pci_dss_masking", "/complianceFlags/pciDssMaskingEnabled",
	  "pci_dss_masking", FIELD_FLAG, "true" },
	{ "fedramp_high", "/complianceFlags/fedrampHigh", "fedramp_high",
	  FIELD_FLAG, "false" },
	{ "retention_days", "/dataRetentionDays", "retention_days",
	  FIELD_NUMBER, "365" },
};

struct storage_state {
	struct ask ask;
	struct ask_at at;
	const char *wanted[ARRAY_LEN(fields)];
};

static struct probe_fact
read_field(const struct field *f, const struct json *v)
{
	struct probe_fact out = facts_missing(f->fact, "");
	double number;

	if (f->type == FIELD_NUMBER && json_number(v, &number))
		return facts_number(f->fact, number);
	if (f->type == FIELD_FLAG &&
	    (json_type(v) == JSON_TRUE || json_type(v) == JSON_FALSE))
		return facts_flag(f->fact, json_is_true(v));
	if ((f->type == FIELD_WORDS || f->type == FIELD_PROTOCOL) &&
	    json_text(v) != NULL && json_text(v)[0] != '\0')
		return facts_words(f->fact, json_text(v));
	str_printf(out.why, sizeof(out.why), "%s is %s", f->pointer,
		   v == NULL ? "not in the answer" : "of another type");
	return out;
}

/* "TLS_1.2", "TLSv1.3", "TLS 1.2": its number; NULL for no TLS. */
static const char *
version_of(const char *protocol)
{
	if (!str_starts(protocol, "TLS"))
		return NULL;
	protocol += strlen("TLS");
	return protocol + strspn(protocol, "_v ");
}

static bool
is_as_wanted(const struct field *f, const struct value *v, const char *wanted)
{
	const char *has, *least;
	double number;
	int order;

	switch (f->type) {
	case FIELD_WORDS:
		return str_same(v->words, wanted);
	case FIELD_FLAG:
		return v->flag == str_same(wanted, "true");
	case FIELD_NUMBER:
		return str_to_number(wanted, &number) && v->number == number;
	case FIELD_PROTOCOL:
		break;
	}
	has = version_of(v->words);
	least = version_of(wanted);
	return has != NULL && least != NULL &&
	       value_compare_versions(has, least, &order) && order >= 0;
}

static void
judge(const struct storage_state *s, const struct probe_fact *facts,
      struct probe_fact *compliant, struct probe_fact *deviations)
{
	const struct probe_fact *unknown = NULL;
	int wrong = 0;
	char why[SAMPLE_WHY] = "", has[VALUE_TEXT], shown[41];

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct value *v = &facts[i].value;

		if (str_same(s->wanted[i], ANY))
			continue;
		if (v->kind == VALUE_NONE) {
			unknown = unknown == NULL ? &facts[i] : unknown;
			continue;
		}
		if (is_as_wanted(&fields[i], v, s->wanted[i]))
			continue;
		value_text(has, sizeof(has), v, "");
		if (wrong++ > 0)
			continue;
		redact_clean(shown, sizeof(shown), has, strlen(has));
		str_printf(why, sizeof(why), "%s is %s, not %.30s",
			   fields[i].fact, shown, s->wanted[i]);
	}
	*compliant = wrong == 0 && unknown != NULL
			     ? facts_missing("compliant", unknown->why)
			     : facts_flag("compliant", wrong == 0);
	if (wrong > 0)
		text_clean(compliant->why, sizeof(compliant->why), why,
			   strlen(why));
	*deviations = unknown != NULL
			      ? facts_missing("deviations", unknown->why)
			      : facts_number("deviations", wrong);
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct storage_state *s = owner;
	struct probe_fact facts[ARRAY_LEN(fields) + 2];
	struct answer answer;

	if (ask_json(&s->ask, &answer, a)) {
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			facts[i] = read_field(
				&fields[i],
				json_at(answer.doc, fields[i].pointer));
		judge(s, facts, &facts[ARRAY_LEN(fields)],
		      &facts[ARRAY_LEN(fields) + 1]);
		ask_report(&s->ask, facts, ARRAY_LEN(facts));
	}
	answer_clear(&answer);
}

static enum err_code
check_wanted(const struct field *f, const char *wanted, struct err *e)
{
	double number;
	int order;

	if (str_same(wanted, ANY) || f->type == FIELD_WORDS ||
	    f->type == FIELD_FLAG)
		return ERR_NONE;
	if (f->type == FIELD_NUMBER && !str_to_number(wanted, &number))
		return err_set(e, ERR_ARG,
			       "%s: \"%.40s\" is no number and not \"" ANY "\"",
			       f->setting, wanted);
	if (f->type == FIELD_PROTOCOL &&
	    (version_of(wanted) == NULL ||
	     !value_compare_versions(version_of(wanted), "1.0", &order)))
		return err_set(e, ERR_ARG,
			       "%s: \"%.40s\" is not like \"TLS_1.2\" and not "
			       "\"" ANY "\"",
			       f->setting, wanted);
	return ERR_NONE;
}

static enum err_code
storage_init(void *state, const struct probe_env *env,
	     const struct book_probe *probe, struct err *e)
{
	struct storage_state *s = state;
	const struct settings *with = &probe->with;

	ask_init(&s->ask, env, probe, on_heard, s);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		s->wanted[i] = settings_text_or(with, fields[i].setting,
						fields[i].fallback);
		if (check_wanted(&fields[i], s->wanted[i], e) != ERR_NONE)
			return e->code;
	}
	return ask_at_init(&s->at, env, settings_text_or(with, "endpoint", ""),
			   settings_text_or(with, "path",
					    "/api/v2/security/"
					    "recordingstorage"),
			   e);
}

static void
storage_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	      void *ctx)
{
	struct storage_state *s = state;

	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	ask_send(&s->ask, &s->at, "GET", NULL);
}

static void
storage_clear(void *state)
{
	struct storage_state *s = state;

	ask_clear(&s->ask);
	ask_at_clear(&s->at);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the platform" },
	{ .name = "path", .type = PARAM_PATH,
	  .fallback = "/api/v2/security/recordingstorage",
	  .help = "what to ask for" },
	{ .name = "region", .type = PARAM_TEXT, .fallback = ANY,
	  .help = "region it must name" },
	{ .name = "at_rest", .type = PARAM_TEXT, .fallback = "AES-256",
	  .help = "encryption at rest" },
	{ .name = "in_transit", .type = PARAM_TEXT, .fallback = "TLS_1.2",
	  .help = "encryption in transit, or a higher version" },
	{ .name = "certificate_pinning", .type = PARAM_WORD,
	  .choices = "true false any", .fallback = "true",
	  .help = "are certificates pinned" },
	{ .name = "hipaa", .type = PARAM_WORD, .choices = "true false any",
	  .fallback = "true", .help = "is HIPAA enabled" },
	{ .name = "pci_dss_masking", .type = PARAM_WORD,
	  .choices = "true false any", .fallback = "true",
	  .help = "is PCI DSS masking enabled" },
	{ .name = "fedramp_high", .type = PARAM_WORD,
	  .choices = "true false any", .fallback = "false",
	  .help = "is it FedRAMP high" },
	{ .name = "retention_days", .type = PARAM_TEXT, .fallback = "365",
	  .help = "days that recordings are kept" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_recording_storage = {
	.spec = { .name = "recording_storage",
		  .help = "see how recordings are encrypted, kept and flagged",
		  .params = params,
		  .facts = "region at_rest in_transit certificate_pinning "
			   "hipaa pci_dss_masking fedramp_high "
			   "retention_days compliant deviations" },
	.state_size = sizeof(struct storage_state),
	.init = storage_init,
	.start = storage_begin,
	.clear = storage_clear,
};
