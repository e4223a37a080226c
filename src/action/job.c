/* job - where that which an accepted request set off can be looked at. */
#include "action/job.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "net/identity.h"

#define URL_CAP 8192
#define SHOWN 48
#define WHOLE_MOST 9007199254740992.0 /* whole numbers up to it are exact */

/* Length of "https://host:port" in `url`. */
static size_t
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL
		       ? 0
		       : (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
}

char *
job_at(const struct request *r, const char *place)
{
	size_t len = origin_len(r->url);
	size_t size = len + strlen(place) + 1;
	char *url;

	if (place[0] != '/' || place[1] == '/' || place[1] == '\\')
		return NULL;
	url = mem_new(size, 1);
	str_printf(url, size, "%.*s%s", (int)len, r->url, place);
	return url;
}

/* Where a Location leads, when that is the endpoint's own origin: tokens and
 * keys go nowhere else. */
static char *
by_location(const struct request *r, const char *location, char *why,
	    size_t size)
{
	size_t len = origin_len(r->url);
	char shown[121], *url;

	if (strncasecmp(location, r->url, len) == 0 &&
	    (location[len] == '/' || location[len] == '?'))
		return mem_text(location);
	url = job_at(r, location);
	if (url == NULL) {
		redact_clean(shown, sizeof(shown), location, strlen(location));
		str_printf(why, size,
			   "accepted, but its Location leads elsewhere: %s",
			   shown);
	}
	return url;
}

/* One word of letters, digits and what no path, query or header knows. */
static bool
is_id(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > JOB_ID_MOST || str_same(text, ".") ||
	    str_same(text, ".."))
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("-_.~:=", *p) == NULL)
			return false;
	return true;
}

/* The id that the answer gives the job; false: `why` says what is wrong. */
static bool
read_id(const struct request *r, const struct http_answer *first,
	char to[JOB_ID_MOST + 1], char *why, size_t size)
{
	struct err ignored;
	struct json *doc =
		json_parse(buf_str(&first->body), first->body.len, &ignored);
	const struct json *v = json_at(doc, r->job_pointer);
	const char *text = json_text(v);
	char shown[SHOWN];
	bool is_good = false;
	double number;

	if (text != NULL) {
		is_good = is_id(text) && str_copy(to, JOB_ID_MOST + 1, text);
		redact_clean(shown, sizeof(shown), text, strlen(text));
		if (!is_good)
			str_printf(why, size,
				   "accepted, but %s is no id that a path can "
				   "take: \"%s\"",
				   r->job_pointer, shown);
	} else if (json_number(v, &number)) {
		is_good = number >= 0 && number < WHOLE_MOST &&
			  number == (double)(int64_t)number;
		str_printf(to, JOB_ID_MOST + 1, "%lld",
			   is_good ? (long long)number : 0);
		if (!is_good)
			str_printf(why, size,
				   "accepted, but %s is no whole number",
				   r->job_pointer);
	} else {
		str_printf(why, size,
			   "accepted, but the answer names no job: no text "
			   "and no number at %s",
			   r->job_pointer);
	}
	json_free(doc);
	return is_good;
}

static char *
by_id(const struct request *r, const struct http_answer *first, char *why,
      size_t size)
{
	const char *hole = strstr(r->job_path, JOB_WORD);
	char id[JOB_ID_MOST + 1], *url = NULL;
	struct buf path, whole;
	struct err e;

	if (first == NULL || hole == NULL) {
		str_copy(why, size, "no answer has named the job");
		return NULL;
	}
	if (!read_id(r, first, id, why, size))
		return NULL;
	buf_init(&path, URL_CAP);
	buf_init(&whole, URL_CAP);
	buf_add(&path, r->job_path, (size_t)(hole - r->job_path));
	buf_text(&path, id);
	buf_text(&path, hole + strlen(JOB_WORD));
	if (identity_url(&whole, r->endpoint, buf_str(&path), &e) == ERR_NONE)
		url = buf_detach(&whole);
	else
		str_copy(why, size, e.text);
	buf_clear(&path);
	buf_clear(&whole);
	return url;
}

char *
job_url(const struct request *r, const struct http_answer *first, char *why,
	size_t size)
{
	if (r->job_pointer != NULL)
		return by_id(r, first, why, size);
	if (r->poll_url != NULL)
		return mem_text(r->poll_url);
	if (first == NULL || first->location[0] == '\0')
		return mem_text(r->url);
	return by_location(r, first->location, why, size);
}

void
job_place(const struct request *r, const struct http_answer *first,
	  const char *url, char *to, size_t size)
{
	bool is_told = first != NULL &&
		       (r->job_pointer != NULL ||
			(r->poll_url == NULL && first->location[0] != '\0'));

	if (!is_told || !str_copy(to, size, url + origin_len(url)))
		to[0] = '\0';
}
