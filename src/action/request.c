/* request - a request of the runbook, resolved. */
#include "action/request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/identity.h"

#define URL_CAP 8192
#define SHOWN_CAP (512 * 1024)
#define BODY_LINES 4

static enum err_code
make_url(char **out, const struct book_endpoint *endpoint, const char *path,
	 struct err *e)
{
	struct buf url;
	enum err_code code;

	buf_init(&url, URL_CAP);
	code = identity_url(&url, endpoint, path, e);
	if (code == ERR_NONE)
		*out = buf_detach(&url);
	buf_clear(&url);
	return code;
}

static enum err_code
read_headers(struct request *r, const char *text, struct err *e)
{
	int count = 0;

	r->headers[count++] =
		(struct http_header){ "Accept", "application/json" };
	if (r->body != NULL)
		r->headers[count++] =
			(struct http_header){ "Content-Type",
					      "application/json" };
	if (text == NULL)
		return ERR_NONE;
	r->header_map = json_parse(text, strlen(text), e);
	if (r->header_map == NULL)
		return e->code;
	for (const struct json *v = json_first(r->header_map); v != NULL;
	     v = json_next(v)) {
		/* The key of the transaction wins over one in the runbook. */
		if (strcasecmp(json_key(v), r->key_header) == 0)
			continue;
		if (count == HTTP_HEADERS - 1) /* the last is the key's */
			return err_set(e, ERR_LIMIT,
				       "at most %d headers are sent",
				       HTTP_HEADERS - 3);
		r->headers[count].name = json_key(v);
		r->headers[count++].value =
			json_text(v) == NULL ? "" : json_text(v);
	}
	return ERR_NONE;
}

static enum err_code
read_watching(struct request *r, const struct settings *with, struct err *e)
{
	const char *path = settings_text_or(with, "path", "");
	const char *poll_path = settings_text(with, "poll.path");

	r->poll_pointer = settings_text(with, "poll.pointer");
	r->poll_done = settings_text(with, "poll.done");
	r->poll_failed = settings_text(with, "poll.failed");
	r->every_ms = settings_duration_ms(with, "poll.every", 2000);
	r->items_pointer = settings_text(with, "items.pointer");
	r->item_ok = settings_text_or(with, "items.ok", "");
	r->item_equals = settings_text_or(with, "items.equals", "");
	r->item_name = settings_text_or(with, "items.name", "/id");
	r->has_poll = r->poll_pointer != NULL && r->poll_done != NULL;
	r->job_pointer = settings_text(with, "poll.job");
	if (r->job_pointer != NULL)
		r->job_path = poll_path == NULL ? "" : poll_path;
	else if (poll_path != NULL &&
		 make_url(&r->poll_url, r->endpoint, poll_path, e) != ERR_NONE)
		return e->code;
	r->verify_pointer = settings_text(with, "verify.pointer");
	r->verify_equals = settings_text(with, "verify.equals");
	r->has_verify = r->verify_pointer != NULL && r->verify_equals != NULL;
	return make_url(&r->verify_url, r->endpoint,
			settings_text_or(with, "verify.path", path), e);
}

enum err_code
request_read(struct request *out, const struct book_endpoint *endpoint,
	     const struct settings *with, struct err *e)
{
	*out = (struct request){ .endpoint = endpoint };
	out->method = settings_text_or(with, "method", "GET");
	out->mutates = !str_in_words("GET HEAD", out->method);
	out->body = settings_text(with, "body");
	out->key_header =
		settings_text_or(with, "idempotency_header", "Idempotency-Key");
	if (make_url(&out->url, endpoint, settings_text_or(with, "path", ""),
		     e) != ERR_NONE ||
	    read_watching(out, with, e) != ERR_NONE)
		return e->code;
	return read_headers(out, settings_text(with, "headers"), e);
}

void
request_clear(struct request *r)
{
	mem_free(r->url);
	mem_free(r->poll_url);
	mem_free(r->verify_url);
	json_free(r->header_map);
	*r = (struct request){ 0 };
}

/* 200 is not success: the body may say otherwise. */
static enum retry_class
judge_body(const struct http_answer *a, char *why, size_t size)
{
	enum retry_class class = RETRY_ACCEPTED;
	struct json *doc;
	struct err e;

	if (a->body.len == 0)
		return RETRY_ACCEPTED;
	doc = json_parse(buf_str(&a->body), a->body.len, &e);
	if (doc == NULL) {
		str_printf(why, size, "HTTP %d, but not JSON: %s", a->status,
			   e.text);
		return RETRY_ODD;
	}
	if (reading_denies(doc, why, size))
		class = RETRY_CONFLICT;
	json_free(doc);
	return class;
}

enum retry_class
request_send(const struct request *r, struct work *w, struct http_answer *out,
	     char *why, size_t size)
{
	struct http_request http = { .method = r->method,
				     .url = r->url,
				     .body = r->body,
				     .mutates = r->mutates };
	enum retry_class class;
	int n = 0;

	for (; n < HTTP_HEADERS - 1 && r->headers[n].name != NULL; n++)
		http.headers[n] = r->headers[n];
	if (r->mutates)
		http.headers[n] =
			(struct http_header){ r->key_header, w->job->key };
	if (r->body != NULL)
		http.body_len = strlen(r->body);
	class = work_exchange(w, &http, out, why, size);
	return class == RETRY_ACCEPTED ? judge_body(out, why, size) : class;
}

/* Ends a line that was cut behind a comma or a blank of its second half, so
 * that no value is torn in two. */
static void
break_line(char *line)
{
	size_t len = strlen(line);

	for (size_t i = len; i > len / 2; i--) {
		if (line[i - 1] != ',' && line[i - 1] != ' ')
			continue;
		line[i] = '\0';
		return;
	}
}

void
request_add_line(struct action_plan *out, const char *text, size_t most)
{
	struct buf redacted;
	size_t cap;
	char *clean;
	const char *p;

	buf_init(&redacted, SHOWN_CAP);
	buf_text(&redacted, text);
	redact_buf(&redacted);
	cap = redacted.len * 8 + 1; /* no byte grows to more when cleaned */
	clean = mem_new(cap, 1);
	text_clean(clean, cap, buf_str(&redacted), redacted.len);
	for (p = clean; *p != '\0' && most > 0 && out->count < ACTION_LINES;
	     most--) {
		/* What goes on in another line is seen to do so. */
		const char *indent = p == clean ? "" : "  ";
		char *line = out->lines[out->count++];
		size_t size = ACTION_LINE - 4 - strlen(indent);

		str_copy(line, ACTION_LINE, indent);
		line += strlen(indent);
		if (!str_copy(line, size, p))
			break_line(line);
		p += strlen(line);
		if (*p != '\0' && (most == 1 || out->count == ACTION_LINES))
			str_copy(line + strlen(line), 4, "…");
	}
	mem_free(clean);
	buf_clear(&redacted);
}

void
request_show_request(const struct request *r, struct action_plan *out)
{
	struct buf b;

	buf_init(&b, SHOWN_CAP);
	buf_printf(&b, "%s %s%s%s", r->method, r->url,
		   r->body == NULL ? "" : " ", r->body == NULL ? "" : r->body);
	request_add_line(out, buf_str(&b), BODY_LINES);
	buf_clear(&b);
}

void
request_show_watching(const struct request *r, struct action_plan *out)
{
	char every[24];
	struct buf b;

	str_duration(every, sizeof(every), r->every_ms);
	buf_init(&b, SHOWN_CAP);
	if (r->has_poll) {
		const char *url = r->poll_url;

		if (r->job_path != NULL)
			url = r->job_path;
		else if (url == NULL)
			url = r->mutates ? "where the answer points to"
					 : r->url;
		buf_printf(&b, "poll %s every %s until %s is %s", url, every,
			   r->poll_pointer, r->poll_done);
		request_add_line(out, buf_str(&b), 1);
	}
	if (r->has_verify) {
		buf_reset(&b);
		buf_printf(&b, "read back %s until %s is %s", r->verify_url,
			   r->verify_pointer, r->verify_equals);
		request_add_line(out, buf_str(&b), 1);
	}
	if (r->items_pointer != NULL) {
		buf_reset(&b);
		buf_printf(&b, "each item of %s must have %s %s",
			   r->items_pointer, r->item_ok, r->item_equals);
		request_add_line(out, buf_str(&b), 1);
	}
	if (r->mutates && !r->has_verify && !r->has_poll)
		request_add_line(out, "not read back: the step has no verify",
				 1);
	buf_clear(&b);
}

void
request_fingerprint(const struct request *r, struct action_plan *out)
{
	const char *texts[7 + 2 * HTTP_HEADERS];
	struct digest_part parts[ARRAY_LEN(texts)];
	size_t n = 0;

	texts[n++] = r->method;
	texts[n++] = r->url;
	texts[n++] = r->body == NULL ? "" : r->body;
	texts[n++] = r->key_header;
	for (int i = 0; i < HTTP_HEADERS && r->headers[i].name != NULL; i++) {
		texts[n++] = r->headers[i].name;
		texts[n++] = r->headers[i].value;
	}
	texts[n++] = out->before;
	/* With their NULs, so that no text can run into the next. */
	for (size_t i = 0; i < n; i++)
		parts[i] =
			(struct digest_part){ texts[i], strlen(texts[i]) + 1 };
	digest_parts(out->fingerprint, parts, n);
}
