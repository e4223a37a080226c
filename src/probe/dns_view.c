/* dns_view - what all servers of a name together say, as facts. */
#include "probe/dns_view.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"

#define VALUES_MOST (DNS_VALUES * 130)
#define TTL_LEAST_S 60 /* below this caches thrash and some ignore it */

static const char *
rcode_word(int rcode)
{
	static const char *const words[] = { "NOERROR",	 "FORMERR", "SERVFAIL",
					     "NXDOMAIN", "NOTIMP",  "REFUSED" };

	return rcode >= 0 && rcode < (int)ARRAY_LEN(words) ? words[rcode]
							   : "an odd rcode";
}

/* Is there a word of authority, and does it hold values?  `why` says what is
 * missing of that. */
enum standing { STANDS_OPEN, STANDS_EMPTY, STANDS };

static enum standing
judge(const struct dns_wish *s, const struct dns_place *p, char *why,
      size_t size)
{
	const struct dns_answer *a = &p->answer;
	bool has_word = a->authoritative || s->may_be_cached;

	why[0] = '\0';
	if (a->code != ERR_NONE)
		str_copy(why, size, a->why);
	else if (a->rcode != 0)
		str_printf(why, size, "%s: %s answers %s (%d)", s->name, p->at,
			   rcode_word(a->rcode), a->rcode);
	else if (!has_word)
		str_printf(why, size,
			   "%s does not answer for %s with authority: TTL and "
			   "value may be a cache's",
			   p->at, s->name);
	else if (a->count == 0)
		str_printf(why, size, "%s: %s has no %s record", p->at, s->name,
			   s->type);
	else
		return STANDS;
	if (a->code == ERR_NONE && has_word && (a->rcode == 0 || a->rcode == 3))
		return STANDS_EMPTY;
	return STANDS_OPEN;
}

/* "sip.test" and "SIP.test.", "::1" and "0:0::1" are the same value. */
static bool
same_value(const char *a, const char *b)
{
	struct address left, right;
	struct err e;
	size_t a_len = strlen(a), b_len = strlen(b);

	if (address_parse(&left, a, 1, &e) == ERR_NONE &&
	    address_parse(&right, b, 1, &e) == ERR_NONE)
		return address_same(&left, &right);
	if (a_len > 1 && a[a_len - 1] == '.')
		a_len--;
	if (b_len > 1 && b[b_len - 1] == '.')
		b_len--;
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static bool
has_value(const struct dns_answer *a, const char *value)
{
	for (int i = 0; i < a->count; i++)
		if (same_value(a->values[i], value))
			return true;
	return false;
}

static bool
is_expected(const struct json *expected, const struct dns_answer *a)
{
	for (const struct json *v = json_first(expected); v != NULL;
	     v = json_next(v))
		if (json_text(v) == NULL || !has_value(a, json_text(v)))
			return false;
	return (size_t)a->count == json_count(expected);
}

static bool
same_set(const struct dns_answer *a, const struct dns_answer *b)
{
	for (int i = 0; i < a->count; i++)
		if (!has_value(b, a->values[i]))
			return false;
	return a->count == b->count;
}

static void
join_values(struct buf *to, const struct dns_answer *a)
{
	for (int i = 0; i < a->count && i < DNS_VALUES; i++)
		buf_printf(to, "%s%s", i == 0 ? "" : ", ", a->values[i]);
	if (a->count == 0)
		buf_text(to, "nothing");
}

/* What all servers together say. */
struct picture {
	const struct dns_wish *wish;
	const struct dns_all_result *all;
	const struct dns_place *first;	 /* with values; NULL none */
	const struct dns_place *empty;	 /* says there are none; NULL none */
	char open_why[SAMPLE_WHY];	 /* why it is not whole; "" it is */
	int64_t ttl_most_s, ttl_least_s; /* of those with values; -1 none */
	int64_t rtt_us;
	bool is_lame; /* one answered without authority */
	char lame_why[SAMPLE_WHY];
};

static void
look_at(struct picture *v)
{
	const struct dns_all_result *r = v->all;

	v->ttl_most_s = v->ttl_least_s = -1;
	v->rtt_us = -1;
	for (int i = 0; i < r->count; i++) {
		const struct dns_place *p = &r->places[i];
		const struct dns_answer *a = &p->answer;
		char why[200];
		enum standing standing = judge(v->wish, p, why, sizeof(why));

		if (a->rtt_us > v->rtt_us)
			v->rtt_us = a->rtt_us;
		if (a->code == ERR_NONE && !a->authoritative && !v->is_lame) {
			v->is_lame = true;
			str_printf(v->lame_why, sizeof(v->lame_why),
				   "%.72s has no authority", p->at);
		}
		if (standing == STANDS_OPEN && v->open_why[0] == '\0')
			text_clean(v->open_why, sizeof(v->open_why), why,
				   strlen(why));
		if (standing == STANDS_EMPTY && v->empty == NULL)
			v->empty = p;
		if (standing != STANDS)
			continue;
		if (v->first == NULL)
			v->first = p;
		if (a->ttl_s > v->ttl_most_s)
			v->ttl_most_s = a->ttl_s;
		if (v->ttl_least_s < 0 || a->ttl_s < v->ttl_least_s)
			v->ttl_least_s = a->ttl_s;
	}
	if (r->code != ERR_NONE && v->open_why[0] == '\0')
		text_clean(v->open_why, sizeof(v->open_why), r->why,
			   strlen(r->why));
}

/* A flag that one server can prove wrong, and only all of them right. */
static struct probe_fact
fact_of_all(const struct picture *v, const char *name, const char *wrong)
{
	struct probe_fact f;

	if (wrong[0] == '\0' && v->open_why[0] != '\0')
		return facts_missing(name, v->open_why);
	if (wrong[0] == '\0' && v->first == NULL)
		return facts_missing(name, "no server has a record");
	f = facts_flag(name, wrong[0] == '\0');
	text_clean(f.why, sizeof(f.why), wrong, strlen(wrong));
	return f;
}

static void
say_other(char *to, size_t size, const struct dns_place *p)
{
	struct buf values;

	buf_init(&values, VALUES_MOST);
	join_values(&values, &p->answer);
	str_printf(to, size, "%s has %s", p->at, buf_str(&values));
	buf_clear(&values);
}

static bool
has_word(const struct dns_wish *s, const struct dns_place *p)
{
	char why[200];

	return judge(s, p, why, sizeof(why)) != STANDS_OPEN;
}

static struct probe_fact
fact_of_match(const struct picture *v)
{
	const struct dns_wish *s = v->wish;
	char wrong[200] = "";

	if (s->expected == NULL)
		return facts_missing("matches", "no values are set");
	for (int i = 0; i < v->all->count && wrong[0] == '\0'; i++) {
		const struct dns_place *p = &v->all->places[i];

		if (has_word(s, p) && !is_expected(s->expected, &p->answer))
			say_other(wrong, sizeof(wrong), p);
	}
	return fact_of_all(v, "matches", wrong);
}

static struct probe_fact
fact_of_agreement(const struct picture *v)
{
	const struct dns_place *one = v->first != NULL ? v->first : v->empty;
	char wrong[200] = "";

	for (int i = 0; i < v->all->count && wrong[0] == '\0'; i++) {
		const struct dns_place *p = &v->all->places[i];

		if (one == NULL || p == one || !has_word(v->wish, p))
			continue;
		if (!same_set(&one->answer, &p->answer))
			say_other(wrong, sizeof(wrong), p);
		else if (one->answer.ttl_s != p->answer.ttl_s)
			str_printf(wrong, sizeof(wrong),
				   "%s has TTL %lld, %s %lld", p->at,
				   (long long)p->answer.ttl_s, one->at,
				   (long long)one->answer.ttl_s);
	}
	return fact_of_all(v, "agree", wrong);
}

static struct probe_fact
fact_of_ttl_match(const struct picture *v)
{
	const struct dns_wish *s = v->wish;
	char wrong[200] = "";

	if (s->ttl_s < 0)
		return facts_missing("ttl_matches", "no ttl is set");
	for (int i = 0; i < v->all->count && wrong[0] == '\0'; i++) {
		const struct dns_place *p = &v->all->places[i];

		if (has_word(s, p) && p->answer.count > 0 &&
		    (double)p->answer.ttl_s != s->ttl_s)
			str_printf(wrong, sizeof(wrong), "%s has TTL %lld",
				   p->at, (long long)p->answer.ttl_s);
	}
	return fact_of_all(v, "ttl_matches", wrong);
}

/* RFC 1982: is `a` behind `b`? */
static bool
is_behind(int64_t a, int64_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b) < 0;
}

static void
put_serials(struct probe_fact *serial, struct probe_fact *lag,
	    const struct picture *v)
{
	const struct dns_place *newest = NULL, *oldest = NULL, *none = NULL;
	char why[SAMPLE_WHY];

	*serial = facts_missing("serial", "no SOA came");
	*lag = facts_missing("lag", "no SOA came");
	for (int i = 0; i < v->all->count; i++) {
		const struct dns_place *p = &v->all->places[i];

		if (p->serial < 0)
			none = p;
		else if (newest == NULL)
			newest = oldest = p;
		else if (is_behind(newest->serial, p->serial))
			newest = p;
		else if (is_behind(p->serial, oldest->serial))
			oldest = p;
	}
	if (newest == NULL)
		return;
	*serial = facts_number("serial", (double)newest->serial);
	if (oldest->serial != newest->serial) {
		*lag = facts_flag("lag", true);
		str_printf(lag->why, sizeof(lag->why),
			   "%.40s has serial %lld, %.40s %lld", oldest->at,
			   (long long)oldest->serial, newest->at,
			   (long long)newest->serial);
	} else if (none != NULL || v->all->code != ERR_NONE) {
		str_printf(why, sizeof(why), "no SOA from %.72s",
			   none != NULL ? none->at : "every server");
		*lag = facts_missing("lag", why);
	} else {
		*lag = facts_flag("lag", false);
	}
}

static struct probe_fact
fact_of_seconds(const struct picture *v, const char *name, int64_t seconds)
{
	if (v->open_why[0] != '\0')
		return facts_missing(name, v->open_why);
	if (v->first == NULL || seconds < 0)
		return facts_missing(name, "no TTL");
	return facts_number(name, (double)seconds);
}

static struct probe_fact
fact_of_low_ttl(const struct picture *v)
{
	struct probe_fact f = facts_flag("ttl_too_low", true);

	if (v->ttl_least_s >= 0 && v->ttl_least_s < TTL_LEAST_S) {
		str_printf(f.why, sizeof(f.why),
			   "TTL %lld s is below %d s: resolvers and carriers "
			   "may not keep to it",
			   (long long)v->ttl_least_s, TTL_LEAST_S);
		return f;
	}
	f = fact_of_seconds(v, "ttl_too_low", v->ttl_least_s);
	if (f.value.kind == VALUE_NONE)
		return f;
	return facts_flag("ttl_too_low", false);
}

/* The recursive view: three facts. */
static size_t
put_resolver(struct probe_fact *to, const struct picture *v)
{
	const struct dns_answer *a = &v->all->resolver.answer;
	const char *why = !v->all->has_resolver ? "no resolver is set"
			  : a->code != ERR_NONE ? a->why
			  : a->rcode != 0	? rcode_word(a->rcode)
			  : a->count == 0	? "it has no record"
						: NULL;
	const struct json *expected = v->wish->expected;

	to[2] = fact_of_seconds(v, "flip_seconds", v->ttl_most_s);
	if (why != NULL) {
		to[0] = facts_missing("resolver_matches", why);
		to[1] = facts_missing("resolver_ttl_seconds", why);
		if (v->all->has_resolver)
			to[2] = facts_missing("flip_seconds", why);
		return 3;
	}
	to[1] = facts_number("resolver_ttl_seconds", (double)a->ttl_s);
	if (expected != NULL)
		to[0] = facts_flag("resolver_matches",
				   is_expected(expected, a));
	else if (v->first != NULL)
		to[0] = facts_flag("resolver_matches",
				   same_set(&v->first->answer, a));
	else
		to[0] = facts_missing("resolver_matches", v->open_why);
	if (to[2].value.kind == VALUE_NUMBER)
		to[2].value.number += (double)a->ttl_s;
	return 3;
}

static struct probe_fact
fact_of_authority(const struct picture *v)
{
	struct probe_fact f;

	if (v->is_lame) {
		f = facts_flag("authoritative", false);
		str_copy(f.why, sizeof(f.why), v->lame_why);
		return f;
	}
	if (v->open_why[0] != '\0')
		return facts_missing("authoritative", v->open_why);
	return facts_flag("authoritative", true);
}

static size_t
put_values(struct probe_fact *to, const struct picture *v, struct buf *values)
{
	const struct dns_answer *a;

	if (v->first == NULL) {
		to[0] = facts_missing("value", v->open_why);
		to[1] = facts_missing("values", v->open_why);
		to[2] = facts_missing("count", v->open_why);
		return 3;
	}
	a = &v->first->answer;
	join_values(values, a);
	to[0] = facts_words("value", a->values[0]);
	to[1] = facts_words("values", buf_str(values));
	to[2] = facts_number("count", a->count);
	return 3;
}

/* Address by address: values, TTL, serial or what is wrong. */
static void
write_raw(char *to, size_t size, const struct picture *v)
{
	struct buf b;
	char why[200];

	buf_init(&b, 65536);
	for (int i = 0; i < v->all->count; i++) {
		const struct dns_place *p = &v->all->places[i];

		buf_printf(&b, "%s%s: ", i == 0 ? "" : "; ", p->at);
		if (judge(v->wish, p, why, sizeof(why)) != STANDS) {
			buf_text(&b, why);
			continue;
		}
		join_values(&b, &p->answer);
		buf_printf(&b, " ttl %lld", (long long)p->answer.ttl_s);
		if (p->serial >= 0)
			buf_printf(&b, " serial %lld", (long long)p->serial);
	}
	str_copy(to, size, buf_str(&b));
	buf_clear(&b);
}

/* No server has told anything that a set of values could be compared with. */
static bool
is_nothing(const struct picture *v)
{
	if (v->first != NULL)
		return false;
	return v->empty == NULL || v->wish->expected == NULL;
}

static void
conclude(const struct picture *v, struct probe_result *r, const char *values)
{
	char why[200];

	write_raw(r->raw, sizeof(r->raw), v);
	if (!is_nothing(v)) {
		str_printf(r->detail, sizeof(r->detail), "%s %.50s ttl %lld",
			   v->wish->type, v->first == NULL ? "nothing" : values,
			   (long long)v->ttl_most_s);
		if (v->all->count > 1)
			str_printf(r->detail + strlen(r->detail),
				   sizeof(r->detail) - strlen(r->detail),
				   ", %d servers", v->all->count);
		return;
	}
	r->code = v->all->count > 0 ? ERR_REFUSED : v->all->code;
	str_copy(why, sizeof(why), v->open_why);
	if (v->empty != NULL)
		judge(v->wish, v->empty, why, sizeof(why));
	if (v->all->count > 0 && v->all->places[0].answer.code != ERR_NONE)
		r->code = v->all->places[0].answer.code;
	text_clean(r->why, sizeof(r->why), why, strlen(why));
}

void
dns_view(struct probe_result *r, struct probe_fact facts[DNS_VIEW_FACTS],
	 const struct dns_wish *wish, const struct dns_all_result *all)
{
	struct picture v = { .wish = wish, .all = all };
	struct buf values;
	size_t n = 0;

	buf_init(&values, VALUES_MOST);
	look_at(&v);
	n += put_values(facts + n, &v, &values);
	n += put_resolver(facts + n, &v);
	put_serials(&facts[n], &facts[n + 1], &v);
	n += 2;
	facts[n++] = fact_of_seconds(&v, "ttl_seconds", v.ttl_most_s);
	facts[n++] = fact_of_seconds(&v, "ttl_lowest_seconds", v.ttl_least_s);
	facts[n++] = fact_of_low_ttl(&v);
	facts[n++] = fact_of_ttl_match(&v);
	facts[n++] = fact_of_authority(&v);
	facts[n++] = fact_of_match(&v);
	facts[n++] = fact_of_agreement(&v);
	facts[n++] = facts_number("servers", all->count);
	facts[n++] = v.rtt_us < 0
			     ? facts_missing("rtt_ms", "no answer")
			     : facts_number("rtt_ms", (double)v.rtt_us / 1000);
	assert(n == DNS_VIEW_FACTS);
	conclude(&v, r, buf_str(&values));
	r->facts = facts;
	r->fact_count = n;
	buf_clear(&values);
}
