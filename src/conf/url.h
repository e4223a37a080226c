/* url - the addresses people write, judged before anything connects. */
#ifndef CONF_URL_H
#define CONF_URL_H

#include "conf/node.h"

#define URL_HOST 256

/* An http or https URL without user, query and fragment; `host` is filled
 * when true, else a finding was made. */
bool url_check(const struct site *s, const struct node *n, bool *is_tls,
	       char host[URL_HOST]);

/* "host:port", "[::1]:5060", "192.0.2.10:53".  False after a finding. */
bool url_address_check(const struct site *s, const struct node *n);

/* Is it a literal loopback address?  Names are not: they can change. */
bool url_host_is_loopback(const char *host);

/* The path of a request: "/a/b?c=d", only characters that a URL may hold. */
bool url_path_check(const struct site *s, const struct node *n,
		    const char *text);
/* The same for the text of `n`, where JOB_WORD may stand once. */
bool url_job_path_check(const struct site *s, const struct node *n);

#endif
