/* sipmsg - SIP messages in and out (RFC 3261), over the osip parser. */
#include "net/sipmsg.h"

#include <assert.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

/* osip prints its complaints to stderr unless somebody takes them. */
static void
take_trace(const char *file, int line, osip_trace_level_t level,
	   const char *fmt, va_list args)
{
	(void)fmt;
	(void)args;
	if (log_wants("sip"))
		log_line("sip", "parser complaint %d at %s:%d", (int)level,
			 file, line);
}

void
sipmsg_setup(void)
{
	osip_set_allocators(mem_take, mem_resize, mem_free);
	(void)parser_init();
	osip_trace_initialize_func(END_TRACE_LEVEL, take_trace);
}

static void
keep(char *to, size_t size, const char *from)
{
	if (from == NULL)
		from = "";
	text_clean(to, size, from, strlen(from));
}

/* Words for people, which are compared with nothing. */
static void
keep_words(char *to, size_t size, const char *from)
{
	if (from == NULL)
		from = "";
	redact_clean(to, size, from, strlen(from));
}

static bool
read_number(const char *text, int64_t most, int64_t *out)
{
	return text != NULL && str_to_int(text, out) && *out >= 0 &&
	       *out <= most;
}

/* "Retry-After: 120 (maintenance);duration=3600": the integer leads. */
static int64_t
read_retry_after(const osip_message_t *m)
{
	osip_header_t *h = NULL;
	char digits[12];
	int64_t value;
	size_t len;

	if (osip_message_header_get_byname(m, "retry-after", 0, &h) < 0 ||
	    h == NULL || h->hvalue == NULL)
		return -1;
	len = strspn(h->hvalue, "0123456789");
	if (len == 0 || !str_copy_n(digits, sizeof(digits), h->hvalue, len))
		return -1;
	return read_number(digits, 1000000000, &value) ? value : -1;
}

static void
read_tag(osip_from_t *address, char *to, size_t size)
{
	osip_generic_param_t *tag = NULL;

	to[0] = '\0';
	if (osip_from_get_tag(address, &tag) == 0 && tag != NULL)
		keep(to, size, tag->gvalue);
}

static enum err_code
read_dialog(struct sipmsg *out, const osip_message_t *m, struct err *e)
{
	osip_via_t *via = osip_list_get(&m->vias, 0);
	osip_generic_param_t *branch = NULL;
	char *call_id = NULL;
	int64_t cseq;

	if (via == NULL || m->from == NULL || m->to == NULL ||
	    m->call_id == NULL || m->cseq == NULL)
		return err_set(e, ERR_FORMAT,
			       "the SIP message lacks one of Via, From, To, "
			       "Call-ID, CSeq");
	if (!read_number(m->cseq->number, INT32_MAX, &cseq) ||
	    m->cseq->method == NULL)
		return err_set(e, ERR_FORMAT,
			       "CSeq of the SIP message is not a number and a "
			       "method");
	out->cseq = (long)cseq;
	keep(out->method, sizeof(out->method), m->cseq->method);
	if (osip_via_param_get_byname(via, "branch", &branch) == 0 &&
	    branch != NULL)
		keep(out->branch, sizeof(out->branch), branch->gvalue);
	read_tag(m->from, out->from_tag, sizeof(out->from_tag));
	read_tag(m->to, out->to_tag, sizeof(out->to_tag));
	if (osip_call_id_to_str(m->call_id, &call_id) == 0)
		keep(out->call_id, sizeof(out->call_id), call_id);
	osip_free(call_id);
	return ERR_NONE;
}

static void
read_body(struct sipmsg *out, const osip_message_t *m)
{
	const osip_body_t *body = osip_list_get(&m->bodies, 0);

	if (body != NULL && body->body != NULL)
		str_copy_n(out->body, sizeof(out->body), body->body,
			   strnlen(body->body, body->length));
}

/* What does not fit is left out whole: half a URI would lead elsewhere. */
static void
read_contact(struct sipmsg *out, const osip_message_t *m)
{
	osip_contact_t *contact = osip_list_get(&m->contacts, 0);
	char *uri = NULL;

	if (contact != NULL && contact->url != NULL &&
	    osip_uri_to_str(contact->url, &uri) == 0 &&
	    !text_clean(out->contact, sizeof(out->contact), uri, strlen(uri)))
		out->contact[0] = '\0';
	osip_free(uri);
}

static void
read_routes(struct sipmsg *out, const osip_message_t *m)
{
	char one[300];
	size_t used = 0;

	for (int i = osip_list_size(&m->record_routes) - 1; i >= 0; i--) {
		char *text = NULL;
		bool fits;

		fits = osip_record_route_to_str(
			       osip_list_get(&m->record_routes, i), &text) ==
			       0 &&
		       text_clean(one, sizeof(one), text, strlen(text)) &&
		       str_printf(out->routes + used,
				  sizeof(out->routes) - used, "%s%s",
				  used > 0 ? ", " : "", one);
		osip_free(text);
		if (!fits) {
			out->routes[0] = '\0';
			return;
		}
		used = strlen(out->routes);
	}
}

static void
read_warning(struct sipmsg *out, const osip_message_t *m)
{
	osip_header_t *h = NULL;

	if (osip_message_header_get_byname(m, "warning", 0, &h) >= 0 &&
	    h != NULL)
		keep_words(out->warning, sizeof(out->warning), h->hvalue);
}

static enum err_code
read_request(struct sipmsg *out, const osip_message_t *m, struct err *e)
{
	char *uri = NULL;

	out->is_request = true;
	if (m->req_uri == NULL || osip_uri_to_str(m->req_uri, &uri) != 0)
		return err_set(e, ERR_FORMAT, "the SIP request has no URI");
	keep(out->uri, sizeof(out->uri), uri);
	osip_free(uri);
	if (m->cseq == NULL || m->cseq->method == NULL ||
	    strcmp(m->sip_method, m->cseq->method) != 0)
		return err_set(e, ERR_FORMAT,
			       "the SIP request and its CSeq name different "
			       "methods");
	return ERR_NONE;
}

static enum err_code
read_response(struct sipmsg *out, const osip_message_t *m, struct err *e)
{
	if (m->status_code < 100 || m->status_code > 699)
		return err_set(e, ERR_FORMAT, "SIP status %d is none",
			       m->status_code);
	out->status = m->status_code;
	keep_words(out->reason, sizeof(out->reason), m->reason_phrase);
	return ERR_NONE;
}

static enum err_code
read_message(struct sipmsg *out, const osip_message_t *m, struct err *e)
{
	enum err_code code;

	if (m->sip_version == NULL ||
	    strcasecmp(m->sip_version, "SIP/2.0") != 0)
		return err_set(e, ERR_FORMAT, "not a SIP/2.0 message");
	if (m->sip_method != NULL)
		code = read_request(out, m, e);
	else
		code = read_response(out, m, e);
	if (code != ERR_NONE || read_dialog(out, m, e) != ERR_NONE)
		return e->code;
	out->retry_after_s = read_retry_after(m);
	read_contact(out, m);
	read_routes(out, m);
	read_warning(out, m);
	read_body(out, m);
	return ERR_NONE;
}

/* The caller frees *m, also after a failure. */
static enum err_code
parse_raw(osip_message_t **m, const char *bytes, size_t len, struct err *e)
{
	*m = NULL;
	if (len == 0 || len > SIP_DATAGRAM)
		return err_set(e, ERR_FORMAT, "a SIP message of %zu bytes",
			       len);
	if (osip_message_init(m) != 0)
		return err_set(e, ERR_SYSTEM, "no memory for a SIP message");
	if (osip_message_parse(*m, bytes, len) != 0)
		return err_set(e, ERR_FORMAT, "not a readable SIP message");
	return ERR_NONE;
}

enum err_code
sipmsg_parse(struct sipmsg *out, const char *bytes, size_t len, struct err *e)
{
	osip_message_t *m;
	enum err_code code;

	*out = (struct sipmsg){ .retry_after_s = -1 };
	code = parse_raw(&m, bytes, len, e);
	if (code == ERR_NONE)
		code = read_message(out, m, e);
	osip_message_free(m);
	return code;
}

bool
sipmsg_uri(char *to, size_t size, const char *user, const char *host, int port,
	   const char *transport)
{
	bool is_v6 = strchr(host, ':') != NULL;
	const char *suffix = "";

	if (str_same(transport, "TCP"))
		suffix = ";transport=tcp";
	else if (str_same(transport, "TLS"))
		suffix = ";transport=tls";
	return str_printf(to, size, "sip:%s%s%s%s%s:%d%s", user,
			  user[0] != '\0' ? "@" : "", is_v6 ? "[" : "", host,
			  is_v6 ? "]" : "", port, suffix);
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

bool
sipmsg_request(struct buf *out, const struct sip_request *r)
{
	const char *to_tag = or_empty(r->to_tag);
	const char *routes = or_empty(r->routes);
	const char *sdp = or_empty(r->sdp);
	const char *suffix = "";

	assert(str_starts(r->branch, "z9hG4bK"));
	if (str_same(r->transport, "TCP"))
		suffix = ";transport=tcp";
	else if (str_same(r->transport, "TLS"))
		suffix = ";transport=tls";
	return buf_printf(
		out,
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s;branch=%s;rport\r\n"
		"Max-Forwards: 70\r\n"
		"%s%s%s"
		"From: <sip:warroom@%s>;tag=%s\r\n"
		"To: <%s>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %ld %s\r\n"
		"Contact: <sip:warroom@%s%s>\r\n"
		"User-Agent: warroom\r\n"
		"%s%s"
		"Content-Length: %zu\r\n\r\n%s",
		r->method, r->uri, r->transport, r->local, r->branch,
		routes[0] != '\0' ? "Route: " : "", routes,
		routes[0] != '\0' ? "\r\n" : "", r->local, r->from_tag, r->to,
		to_tag[0] != '\0' ? ";tag=" : "", to_tag, r->call_id, r->cseq,
		r->method, r->local, suffix, or_empty(r->extra),
		sdp[0] != '\0' ? "Content-Type: application/sdp\r\n" : "",
		strlen(sdp), sdp);
}

/* Adds "Name: text" and frees the text osip made. */
static bool
add_line(struct buf *out, const char *name, char *text)
{
	bool is_added =
		text != NULL && buf_printf(out, "%s: %s\r\n", name, text);

	osip_free(text);
	return is_added;
}

static bool
add_vias(struct buf *out, const osip_message_t *m)
{
	bool is_added = true;

	for (int i = 0; i < osip_list_size(&m->vias); i++) {
		char *text = NULL;

		(void)osip_via_to_str(osip_list_get(&m->vias, i), &text);
		is_added = add_line(out, "Via", text) && is_added;
	}
	return is_added;
}

static bool
add_to(struct buf *out, const osip_message_t *m, const char *to_tag)
{
	osip_generic_param_t *tag = NULL;
	bool has_tag = osip_to_get_tag(m->to, &tag) == 0 && tag != NULL;
	char *text = NULL;
	bool is_added;

	(void)osip_to_to_str(m->to, &text);
	is_added = text != NULL && buf_printf(out, "To: %s", text);
	osip_free(text);
	if (is_added && !has_tag && to_tag != NULL && to_tag[0] != '\0')
		is_added = buf_printf(out, ";tag=%s", to_tag);
	return is_added && buf_text(out, "\r\n");
}

static bool
add_dialog(struct buf *out, const osip_message_t *m, const char *to_tag)
{
	char *from = NULL;
	char *call_id = NULL;
	char *cseq = NULL;
	bool is_added = add_vias(out, m);

	(void)osip_from_to_str(m->from, &from);
	(void)osip_call_id_to_str(m->call_id, &call_id);
	(void)osip_cseq_to_str(m->cseq, &cseq);
	is_added = add_line(out, "From", from) && is_added;
	is_added = add_to(out, m, to_tag) && is_added;
	is_added = add_line(out, "Call-ID", call_id) && is_added;
	return add_line(out, "CSeq", cseq) && is_added;
}

/* Headers end at an empty line; a body may stand behind it. */
static bool
add_extra(struct buf *out, const char *extra)
{
	const char *end = strstr(extra, "\r\n\r\n");
	const char *body = "";
	size_t len = strlen(extra);

	if (str_starts(extra, "\r\n")) {
		len = 0;
		body = extra + 2;
	} else if (end != NULL) {
		len = (size_t)(end - extra) + 2;
		body = end + 4;
	}
	return buf_add(out, extra, len) &&
	       buf_printf(out, "Content-Length: %zu\r\n\r\n%s", strlen(body),
			  body);
}

enum err_code
sipmsg_response(struct buf *out, const char *request, size_t len, int status,
		const char *reason, const char *to_tag, const char *extra,
		struct err *e)
{
	osip_message_t *m;
	struct sipmsg seen = { .retry_after_s = -1 };
	enum err_code code = parse_raw(&m, request, len, e);

	if (code == ERR_NONE)
		code = read_message(&seen, m, e);
	if (code == ERR_NONE && !seen.is_request)
		code = err_set(e, ERR_FORMAT, "a SIP response is not answered");
	if (code == ERR_NONE &&
	    !(buf_printf(out, "SIP/2.0 %d %s\r\n", status, reason) &&
	      add_dialog(out, m, to_tag) && add_extra(out, extra)))
		code = err_set(e, ERR_LIMIT,
			       "the SIP response does not fit its buffer");
	osip_message_free(m);
	return code;
}
