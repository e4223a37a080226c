/* err - the one way a function says why it failed. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

/* What the list of codes says about each. */
struct err_row {
	const char *words;
	bool may_retry;
};

#define ERR_ROW(code, words, retry) [code] = { words, retry },
static const struct err_row err_rows[ERR_COUNT] = { ERR_LIST(ERR_ROW) };
#undef ERR_ROW

enum err_code
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	/* Built aside, so that e->text itself may be an argument; and longer
	 * than the text, so that a secret is never cut before it is known. */
	char text[4 * sizeof(e->text)];
	va_list args;

	assert(e != NULL && code > ERR_NONE && code < ERR_COUNT);
	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	redact_text(text, sizeof(text));
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\r')
			*p = ' ';
	text_clean(e->text, sizeof(e->text), text, strlen(text));
	e->code = code;
	return code;
}

const char *
err_words(enum err_code code)
{
	if (code < ERR_NONE || code >= ERR_COUNT)
		return "unknown error";
	return err_rows[code].words;
}

bool
err_may_retry(enum err_code code)
{
	return code > ERR_NONE && code < ERR_COUNT && err_rows[code].may_retry;
}
