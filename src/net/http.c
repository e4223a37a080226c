/* http - answers put away, Retry-After, percent-encoding. */
#include "net/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define RETRY_MOST_MS (5 * 60 * 1000)
#define DATE_MOST 40

void
http_answer_clear(struct http_answer *a)
{
	buf_clear(&a->body);
	*a = (struct http_answer){ .retry_after_ms = -1 };
}

static int64_t
bound_ms(int64_t ms)
{
	if (ms < 0)
		return -1;
	return ms < RETRY_MOST_MS ? ms : RETRY_MOST_MS;
}

static bool
is_digits(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* All three date forms of HTTP open with the day of the week; libcurl's
 * reader would take much more ("next year"), so this door is kept narrow. */
static bool
looks_like_date(const char *text)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };

	if (strlen(text) > DATE_MOST || strchr(text, ':') == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		if (strncmp(text, days[i], 3) == 0)
			return true;
	return false;
}

int64_t
http_retry_after_ms(const char *value, int64_t wall_ms)
{
	int64_t seconds;
	time_t at;

	if (value == NULL)
		return -1;
	if (is_digits(value)) {
		if (strlen(value) > 9 || !str_to_int(value, &seconds))
			return RETRY_MOST_MS;
		return bound_ms(seconds * 1000);
	}
	if (!looks_like_date(value))
		return -1;
	at = curl_getdate(value, NULL);
	if (at <= 0)
		return -1;
	return bound_ms((int64_t)at * 1000 - wall_ms);
}
