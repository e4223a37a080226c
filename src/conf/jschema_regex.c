/*
 * jschema_regex - patterns of schemas: ECMA-262 with Unicode, run by PCRE2.
 *
 * What the two write differently is written anew: `\s`, `.`, `\uXXXX` with
 * pairs, `[^]`, long names of categories.  What only PCRE2 knows is refused,
 * so that a pattern means here what it means to everybody else.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/jschema_make.h"

#define PATTERN_MOST 4096   /* bytes as written */
#define MATCH_FIRST 64	    /* backtracking steps that nobody counts */
#define MATCH_STEPS 100000  /* and for one text at most */
#define MATCH_GROWTH 4	    /* from one trial of a text to the next */
#define JUDGE_NS 2000000000 /* CPU time of all patterns on one document */
#define MATCH_DEPTH 10000   /* nested ones */
#define MATCH_HEAP_KIB 4096 /* and what they may take */
#define BLANKS                                                            \
	"\\t\\n\\x{b}\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}" \
	"\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_BLANKS                                                   \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}"     \
	"\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}" \
	"\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}" \
	"\\x{ff00}-\\x{10ffff}"
#define LINE_ENDS "\\n\\r\\x{2028}\\x{2029}"

struct pattern {
	struct pattern *next;
	pcre2_code *code;
	char *text;
};

/* Long names of general categories (ECMA-262, table of them). */
static const struct {
	const char *name, *is;
} categories[] = {
	{ "Letter", "L" },
	{ "Cased_Letter", "L&" },
	{ "Uppercase_Letter", "Lu" },
	{ "Lowercase_Letter", "Ll" },
	{ "Titlecase_Letter", "Lt" },
	{ "Modifier_Letter", "Lm" },
	{ "Other_Letter", "Lo" },
	{ "Mark", "M" },
	{ "Number", "N" },
	{ "Decimal_Number", "Nd" },
	{ "digit", "Nd" },
	{ "Letter_Number", "Nl" },
	{ "Other_Number", "No" },
	{ "Punctuation", "P" },
	{ "punct", "P" },
	{ "Symbol", "S" },
	{ "Math_Symbol", "Sm" },
	{ "Currency_Symbol", "Sc" },
	{ "Separator", "Z" },
	{ "Space_Separator", "Zs" },
	{ "Other", "C" },
	{ "Control", "Cc" },
};

struct translation {
	struct buf out;
	const char *p, *end;
	bool in_class;
	const char *class_from; /* behind its "[" or "[^" */
	const char *why;	/* static text: it cannot be said in PCRE2 */
};

static bool
refuse(struct translation *x, const char *why)
{
	x->why = why;
	return false;
}

static int32_t
take_hex(struct translation *x, int digits)
{
	int32_t value = 0;

	if (x->end - x->p < digits)
		return -1;
	for (int i = 0; i < digits; i++) {
		const char *all = "0123456789abcdef";
		char c = x->p[i];
		const char *at = c == '\0' ? NULL : strchr(all, c | 0x20);

		if (at == NULL || (c < '0'))
			return -1;
		value = value << 4 | (int32_t)(at - all);
	}
	x->p += digits;
	return value;
}

/* Behind "\u". */
static bool
put_unicode(struct translation *x)
{
	int32_t c = 0, low;

	if (x->p < x->end && *x->p == '{') {
		const char *close = memchr(x->p, '}', (size_t)(x->end - x->p));

		x->p++;
		if (close == NULL || close == x->p || close - x->p > 6)
			return refuse(x, "\\u{...} without hex digits");
		c = take_hex(x, (int)(close - x->p));
		x->p++;
	} else {
		c = take_hex(x, 4);
		if (c >= 0xd800 && c <= 0xdbff && x->end - x->p >= 6 &&
		    x->p[0] == '\\' && x->p[1] == 'u') {
			x->p += 2;
			low = take_hex(x, 4);
			if (low < 0xdc00 || low > 0xdfff)
				return refuse(x, "half of a surrogate pair");
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return refuse(x, "\\u without a character's digits");
	buf_printf(&x->out, "\\x{%x}", (unsigned)c);
	return true;
}

/* Behind "\p" or "\P". */
static bool
put_property(struct translation *x, char letter)
{
	const char *close;
	const char *name = x->p + 1;
	char text[48];

	if (x->p == x->end || *x->p != '{')
		return refuse(x, "\\p without {...}");
	close = memchr(x->p, '}', (size_t)(x->end - x->p));
	if (close == NULL)
		return refuse(x, "\\p{ without its }");
	x->p = close + 1;
	if ((size_t)(close - name) > 17 &&
	    memcmp(name, "General_Category=", 17) == 0)
		name += 17;
	if (!str_copy_n(text, sizeof(text), name, (size_t)(close - name)))
		return refuse(x, "\\p{...} with an unknown name");
	for (size_t i = 0; i < ARRAY_LEN(categories); i++)
		if (str_same(text, categories[i].name))
			str_copy(text, sizeof(text), categories[i].is);
	buf_printf(&x->out, "\\%c{%s}", letter, text);
	return true;
}

/* Behind "\s" or "\S", inside [...]: the end of a range?  A set of characters
 * is none (ECMA-262 22.2.1.1). */
static bool
is_range_end(const struct translation *x)
{
	const char *escape = x->p - 2;

	if (x->end - x->p >= 2 && x->p[0] == '-' && x->p[1] != ']')
		return true;
	return escape > x->class_from && escape[-1] == '-' &&
	       escape - 1 > x->class_from && escape[-2] != '\\';
}

static bool
put_blank(struct translation *x, bool is_none)
{
	if (x->in_class && is_range_end(x))
		return refuse(x, "a range of \\s or \\S");
	if (x->in_class)
		return buf_text(&x->out, is_none ? NO_BLANKS : BLANKS);
	return buf_text(&x->out, is_none ? "[^" BLANKS "]" : "[" BLANKS "]");
}

/* Behind a backslash. */
static bool
put_escape(struct translation *x)
{
	char c;
	int32_t code;

	if (x->p == x->end)
		return refuse(x, "a backslash at its end");
	c = *x->p++;
	switch (c) {
	case 's':
	case 'S':
		return put_blank(x, c == 'S');
	case 'u':
		return put_unicode(x);
	case 'p':
	case 'P':
		return put_property(x, c);
	case 'x':
		code = take_hex(x, 2);
		if (code < 0)
			return refuse(x, "\\x without two hex digits");
		return buf_printf(&x->out, "\\x{%x}", (unsigned)code);
	case 'c':
		if (x->p == x->end || (*x->p | 0x20) < 'a' ||
		    (*x->p | 0x20) > 'z')
			return refuse(x, "\\c without a letter");
		return buf_printf(&x->out, "\\x{%x}",
				  (unsigned)(*x->p++ & 0x1f));
	case '0':
		return buf_text(&x->out, "\\x{0}");
	case 'v':
		return buf_text(&x->out, "\\x{b}");
	case 'b':
		return buf_text(&x->out, x->in_class ? "\\x{8}" : "\\b");
	default:
		break;
	}
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		if (strchr("dDwWfnrt", c) == NULL &&
		    (x->in_class || strchr("Bk", c) == NULL))
			return refuse(x, "an escape that ECMA-262 does not "
					 "have");
	}
	buf_char(&x->out, '\\');
	return buf_char(&x->out, c);
}

/* Behind "(": groups of ECMA-262 only. */
static bool
check_group(struct translation *x)
{
	size_t left = (size_t)(x->end - x->p);

	if (left > 0 && x->p[0] == '*')
		return refuse(x, "\"(*\": nothing to repeat");
	if (left < 2 || x->p[0] != '?' || strchr(":=!", x->p[1]) != NULL)
		return true;
	if (x->p[1] == '<' && left > 2 && x->p[2] != '>')
		return true;
	return refuse(x, "a group that ECMA-262 does not have");
}

static bool
put_one(struct translation *x)
{
	char c = *x->p++;

	if (c == '\\')
		return put_escape(x);
	if (x->in_class) {
		x->in_class = c != ']';
		if (c == '[') /* no [:names:] in ECMA-262 */
			buf_char(&x->out, '\\');
		return buf_char(&x->out, c);
	}
	if (c == '.')
		return buf_text(&x->out, "[^" LINE_ENDS "]");
	if (c == '(' && !check_group(x))
		return false;
	buf_char(&x->out, c);
	if (c == '[') {
		x->in_class = true;
		if (x->p < x->end && *x->p == '^')
			buf_char(&x->out, *x->p++);
		x->class_from = x->p;
	}
	/* "a++" would take without giving back. */
	if ((c == '*' || c == '+' || c == '?' || c == '}') && x->p < x->end &&
	    *x->p == '+')
		return refuse(x, "nothing to repeat before +");
	return !x->out.cut;
}

static bool
translate(struct translation *x, const char *text, size_t len)
{
	buf_init(&x->out, PATTERN_MOST * 32);
	x->p = text;
	x->end = text + len;
	if (len > PATTERN_MOST)
		return refuse(x, "more than 4096 bytes");
	while (x->p < x->end)
		if (!put_one(x))
			return false;
	return true;
}

static pcre2_code *
compile(const struct buf *text, char *why, size_t size)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE at;
	pcre2_code *code;
	int error;

	if (context == NULL)
		return NULL;
	pcre2_set_parens_nest_limit(context, 100);
	code = pcre2_compile(
		(PCRE2_SPTR)buf_str(text), text->len,
		PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY |
			PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
			PCRE2_NEVER_BACKSLASH_C,
		&error, &at, context);
	if (code == NULL)
		pcre2_get_error_message(error, (PCRE2_UCHAR *)why, size);
	else
		/* Without a just-in-time compiler it is slower, that is all. */
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	pcre2_compile_context_free(context);
	return code;
}

static bool
make_limits(struct jschema *s)
{
	pcre2_match_context *limits;

	if (s->limits != NULL)
		return true;
	limits = pcre2_match_context_create(NULL);
	if (limits == NULL)
		return false;
	pcre2_set_match_limit(limits, MATCH_FIRST);
	pcre2_set_depth_limit(limits, MATCH_DEPTH);
	pcre2_set_heap_limit(limits, MATCH_HEAP_KIB);
	s->limits = limits;
	return true;
}

struct pattern *
maker_pattern(struct maker *m, const struct resource *r, const struct jnode *at,
	      const char *text, size_t len)
{
	struct translation x = { .why = NULL };
	struct pattern *made = NULL;
	pcre2_code *code = NULL;
	char why[160] = "no memory";

	if (!translate(&x, text, len))
		str_copy(why, sizeof(why), x.why != NULL ? x.why : "too long");
	else if (make_limits(m->schema))
		code = compile(&x.out, why, sizeof(why));
	buf_clear(&x.out);
	if (code == NULL) {
		maker_fail(m, r, at, "\"%.*s\" is no pattern: %s",
			   (int)(len > 80 ? 80 : len), text, why);
		return NULL;
	}
	made = arena_take(&m->schema->arena, sizeof(*made));
	made->code = code;
	made->text = arena_text(&m->schema->arena, text, len);
	made->next = m->schema->patterns;
	m->schema->patterns = made;
	return made;
}

void
jschema_patterns_free(struct jschema *s)
{
	for (struct pattern *p = s->patterns; p != NULL; p = p->next)
		pcre2_code_free(p->code);
	pcre2_match_context_free(s->limits);
}

const char *
pattern_text(const struct pattern *p)
{
	return p->text;
}

static int
match(struct trial *t, const struct pattern *p, const char *text, size_t len,
      pcre2_match_context *limits)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(len == 0 ? "" : text);
	int found = pcre2_match(p->code, subject, len, 0, PCRE2_NO_UTF_CHECK,
				t->match, limits);

	/* The stack of compiled code is small; the slow way has a heap. */
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(p->code, subject, len, 0,
				    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, t->match,
				    limits);
	return found;
}

/* A step may go through all of the text, so that steps alone bound no time:
 * more of them are allowed as long as the time of so many is there. */
static int
match_longer(struct trial *t, const struct pattern *p, const char *text,
	     size_t len)
{
	int found = PCRE2_ERROR_MATCHLIMIT;
	int64_t took_ns = 0;

	if (t->limits == NULL)
		t->limits = pcre2_match_context_copy(t->schema->limits);
	if (t->limits == NULL)
		return PCRE2_ERROR_NOMEMORY;
	for (uint32_t steps = MATCH_FIRST;
	     found == PCRE2_ERROR_MATCHLIMIT && steps < MATCH_STEPS;) {
		int64_t start_ns = clock_cpu_ns();

		if (t->pattern_ns + MATCH_GROWTH * took_ns > JUDGE_NS)
			return PATTERN_TIME;
		steps = steps < MATCH_STEPS / MATCH_GROWTH
				? steps * MATCH_GROWTH
				: MATCH_STEPS;
		pcre2_set_match_limit(t->limits, steps);
		found = match(t, p, text, len, t->limits);
		took_ns = clock_cpu_ns() - start_ns;
		t->pattern_ns += took_ns;
	}
	return found;
}

int
pattern_matches(struct trial *t, const struct pattern *p, const char *text,
		size_t len)
{
	int found;

	if (t->match == NULL)
		t->match = pcre2_match_data_create(1, NULL);
	if (t->match == NULL)
		return PATTERN_STEPS;
	/* So few steps take a time like that of reading the text. */
	t->pattern_ns += (int64_t)len + 1;
	found = t->pattern_ns > JUDGE_NS
			? PATTERN_TIME
			: match(t, p, text, len, t->schema->limits);
	if (found == PCRE2_ERROR_MATCHLIMIT)
		found = match_longer(t, p, text, len);
	if (found == PATTERN_TIME)
		return PATTERN_TIME;
	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	return found >= 0 ? 1 : PATTERN_STEPS;
}

const char *
pattern_why(int given_up)
{
	if (given_up == PATTERN_TIME)
		return "the patterns need more than 2 s for this document: it "
		       "was not judged to its end";
	return "the pattern gave up on this text: it needs too many steps";
}

void
pattern_trial_end(struct trial *t)
{
	pcre2_match_data_free(t->match);
	pcre2_match_context_free(t->limits);
	t->match = NULL;
	t->limits = NULL;
}
