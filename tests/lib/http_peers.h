/*
 * http_peers - what HTTP benches measure against: nginx as the server that
 * counts, a bare libcurl loop, and blackbox_exporter.
 *
 * A failure to start ends the program with a sentence.  All listen on ports of
 * 127.0.0.1 that the kernel chose.
 */
#ifndef TESTS_LIB_HTTP_PEERS_H
#define TESTS_LIB_HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* nginx, one worker on the first processor: "/fresh" closes each connection,
 * "/kept" keeps it; the TLS port resumes no session. */
struct http_peers {
	char dir[200];
	char url[64];	  /* "http://127.0.0.1:4711" */
	char tls_url[64]; /* "https://127.0.0.1:4712" */
	char bundle[256]; /* the system's CAs and the one of the TLS port */
	pid_t pid;
};

struct http_peers *http_peers_start(void);
void http_peers_stop(struct http_peers *p);
/* Requests so far, by nginx's own count; this question is not among them. */
double http_peers_count(const struct http_peers *p);
/* Where there are two, the calling process and its threads go to processor
 * `which` (0: nginx's, 1: the client's). */
void http_peers_pin(unsigned which);

/* libcurl alone: `in_flight` handles, one multi handle on epoll, the checks
 * that a probe makes (status 200, body read, chain and host verified). */
struct bare;

/* Asks url + path + "/0" to "/targets - 1" in turn. */
struct bare *bare_start(const char *url, const char *path, size_t targets,
			const char *ca_file, int in_flight);
void bare_run(struct bare *b, long us); /* for so long */
size_t bare_failed(const struct bare *b);
void bare_end(struct bare *b);

/* blackbox_exporter on the client's processor; module "m" is HTTP. */
struct blackbox;

struct blackbox *blackbox_start(const struct http_peers *p,
				const char *ca_file);
const char *blackbox_url(const struct blackbox *x);
double blackbox_cpu_s(const struct blackbox *x); /* user and system, so far */
void blackbox_stop(struct blackbox *x);

#endif
