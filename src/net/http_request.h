/* http_request - a request judged and laid out for libcurl; for http.c. */
#ifndef NET_HTTP_REQUEST_H
#define NET_HTTP_REQUEST_H

#include <curl/curl.h>

#include "net/http.h"

/* What a handle borrows while it works; cleared after it was given back. */
struct http_parts {
	CURLU *url;
	bool owns_url;
	struct curl_slist *headers;
	char host[256]; /* without brackets */
	int port;
	bool is_tls;
};

/* Reads the URL, asks the fence, judges headers and credentials.  `parts` is
 * initialised here and cleared by the caller always. */
enum err_code http_request_check(struct http_parts *parts,
				 const struct fence *fence,
				 const struct http_request *r,
				 struct err *e) MUST_CHECK;

/* Sets everything that does not depend on callbacks.  *has_policy: the handle
 * has what all requests have; false afterwards when it got more than a later
 * request may find on it. */
enum err_code http_request_apply(CURL *easy, bool *has_policy,
				 struct http_parts *parts,
				 const struct http_request *r,
				 struct err *e) MUST_CHECK;

/* Frees what http_request_check() filled in. */
void http_parts_clear(struct http_parts *parts);

#endif
