/* gate_junit - a judgement as JUnit XML, for pipelines. */
#include "cli/gate_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/str.h"
#include "base/text.h"

#define XML_CAP (1u << 30)
#define XML_MODE 0644

/* XML 1.0 has no way to write the other characters. */
static bool
is_xml(int32_t c)
{
	return (c >= 0x20 && c != 0x7f && c < 0xd800) ||
	       (c > 0xdfff && c < 0xfffe) || c > 0xffff;
}

static void
put_escaped(struct buf *out, const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		const char *start = text;
		int32_t c = text_next(&text, end);

		if (c == '&')
			buf_text(out, "&amp;");
		else if (c == '<')
			buf_text(out, "&lt;");
		else if (c == '>')
			buf_text(out, "&gt;");
		else if (c == '"')
			buf_text(out, "&quot;");
		else if (c < 0 || !is_xml(c))
			buf_text(out, "\xef\xbf\xbd"); /* U+FFFD */
		else
			buf_add(out, start, (size_t)(text - start));
	}
}

static void
put_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	put_escaped(out, value);
	buf_char(out, '"');
}

/* What a pipeline is to make of a gate. */
enum outcome { PASSED, FAILED, ERRORED, SKIPPED, OUTCOME_COUNT };

static enum outcome
outcome_of(const struct gate_judgement *j, size_t i)
{
	enum verdict v = j->findings[i].verdict;

	if (v == VERDICT_GO)
		return PASSED;
	if (v == VERDICT_OFF || j->set->gates[i].shadow ||
	    j->decision->verdict == VERDICT_GO)
		return SKIPPED;
	return v == VERDICT_BLIND ? ERRORED : FAILED;
}

static enum outcome
outcome_of_decision(const struct gate_judgement *j)
{
	if (j->decision->verdict == VERDICT_GO)
		return PASSED;
	return j->decision->verdict == VERDICT_BLIND ? ERRORED : FAILED;
}

static void
put_case(struct buf *out, const char *class, const char *name,
	 enum outcome outcome, const char *verdict, const char *sentence)
{
	static const char *const tags[] = {
		[PASSED] = "system-out",
		[FAILED] = "failure",
		[ERRORED] = "error",
		[SKIPPED] = "skipped",
	};

	buf_text(out, "    <testcase");
	put_attribute(out, "classname", class);
	put_attribute(out, "name", name);
	buf_printf(out, ">\n      <%s", tags[outcome]);
	if (outcome == PASSED) {
		buf_printf(out, ">%s: ", verdict);
		put_escaped(out, sentence);
		buf_printf(out, "</%s>\n", tags[outcome]);
	} else {
		char message[1024];

		str_printf(message, sizeof(message), "%s: %s", verdict,
			   sentence);
		if (outcome != SKIPPED)
			put_attribute(out, "type", verdict);
		put_attribute(out, "message", message);
		buf_text(out, "/>\n");
	}
	buf_text(out, "    </testcase>\n");
}

static void
put_head(struct buf *out, const struct gate_judgement *j)
{
	const char *name = j->set->id[0] != '\0' ? j->set->id : "gates";
	size_t counts[OUTCOME_COUNT] = { 0 };
	char at[CLOCK_TEXT];

	for (size_t i = 0; i < j->set->gate_count; i++)
		counts[outcome_of(j, i)]++;
	counts[outcome_of_decision(j)]++;
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuites name=\"warroom gate\">\n  <testsuite");
	put_attribute(out, "name", name);
	buf_printf(out,
		   " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		   "skipped=\"%zu\"",
		   j->set->gate_count + 1, counts[FAILED], counts[ERRORED],
		   counts[SKIPPED]);
	if (j->wall_ms != REPORT_NO_TIME) {
		clock_text(at, j->wall_ms);
		put_attribute(out, "timestamp", at);
	}
	buf_text(out, ">\n");
}

enum err_code
report_junit(const struct gate_judgement *j, const char *path, struct err *e)
{
	const struct decision *d = j->decision;
	enum err_code code;
	struct buf out, sentence;

	buf_init(&out, XML_CAP);
	buf_init(&sentence, 64u << 10);
	put_head(&out, j);
	put_case(&out, "decision", "decision", outcome_of_decision(j),
		 verdict_word(d->verdict),
		 d->sentence + strlen(verdict_word(d->verdict)) + 2);
	for (size_t i = 0; i < j->set->gate_count; i++) {
		const struct gate *g = &j->set->gates[i];

		buf_reset(&sentence);
		gate_sentence(&sentence, g, &j->findings[i]);
		put_case(&out, g->domain, g->signal, outcome_of(j, i),
			 verdict_word(j->findings[i].verdict),
			 buf_str(&sentence));
	}
	buf_text(&out, "  </testsuite>\n</testsuites>\n");
	code = out.cut ? err_set(e, ERR_LIMIT, "%s: too large to write", path)
		       : fs_write(path, out.data, out.len, XML_MODE, e);
	buf_clear(&sentence);
	buf_clear(&out);
	return code;
}
