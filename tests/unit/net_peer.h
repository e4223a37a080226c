/*
 * net_peer - a server on a loopback port for the tests of net.
 *
 * One thread takes connections, reads whole HTTP requests from them and lets
 * play() answer, one at a time.  What it saw may be looked at after
 * peer_stop().
 */
#ifndef TESTS_UNIT_NET_PEER_H
#define TESTS_UNIT_NET_PEER_H

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/lib/test.h"

#include "base/str.h"
#include "base/thread.h"
#include "net/fence.h"

#define PEER_SEEN 8192
#define PEER_CONNECTIONS 64

struct peer {
	int fd;
	int port;
	struct thread thread;
	/* True: read another request from this connection. */
	bool (*play)(struct peer *p, int fd, const char *request);
	void *arg;
	atomic_int requests;
	atomic_int connections;
	atomic_bool stops;
	char seen[PEER_SEEN]; /* the last request */
	char url[64];	      /* http://127.0.0.1:port/ */
};

static inline void
peer_send(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static inline size_t
peer_body_len(const char *request)
{
	const char *at = strstr(request, "Content-Length: ");

	return at == NULL ? 0 : strtoul(at + 16, NULL, 10);
}

/* False at the end of the connection. */
static inline bool
peer_read(int fd, char *to, size_t size)
{
	size_t len = 0;
	const char *end;

	to[0] = '\0';
	for (;;) {
		ssize_t n = recv(fd, to + len, size - 1 - len, 0);

		if (n <= 0)
			return false;
		len += (size_t)n;
		to[len] = '\0';
		end = strstr(to, "\r\n\r\n");
		if (end != NULL &&
		    len >= (size_t)(end + 4 - to) + peer_body_len(to))
			return true;
	}
}

/* One request of a connection; false when it is to be closed. */
static inline bool
peer_answer(struct peer *p, int fd)
{
	char request[PEER_SEEN];

	if (!peer_read(fd, request, sizeof(request)))
		return false;
	str_copy(p->seen, sizeof(p->seen), request);
	atomic_fetch_add(&p->requests, 1);
	return p->play(p, fd, request);
}

static inline int
peer_accept(struct peer *p)
{
	struct timeval patience = { .tv_sec = 4 };
	int fd = accept(p->fd, NULL, NULL);

	atomic_fetch_add(&p->connections, 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

static inline void
peer_serve(void *arg)
{
	struct peer *p = arg;
	struct pollfd at[PEER_CONNECTIONS];
	nfds_t count = 1;

	at[0] = (struct pollfd){ .fd = p->fd, .events = POLLIN };
	while (poll(at, count, -1) > 0 && !atomic_load(&p->stops)) {
		for (nfds_t i = count - 1; i > 0; i--)
			if (at[i].revents != 0 && !peer_answer(p, at[i].fd)) {
				close(at[i].fd);
				at[i] = at[--count];
			}
		if (at[0].revents != 0 && count < PEER_CONNECTIONS)
			at[count++] = (struct pollfd){ .fd = peer_accept(p),
						       .events = POLLIN };
	}
	while (count > 1)
		close(at[--count].fd);
}

static inline void
peer_start(struct peer *p, bool (*play)(struct peer *, int, const char *),
	   void *arg)
{
	struct err e;

	memset(p, 0, sizeof(*p));
	p->play = play;
	p->arg = arg;
	p->fd = test_listen_tcp(&p->port);
	str_printf(p->url, sizeof(p->url), "http://127.0.0.1:%d/", p->port);
	CHECK_OK(thread_start(&p->thread, "peer", peer_serve, p, &e), &e);
}

static inline void
peer_stop(struct peer *p)
{
	atomic_store(&p->stops, true);
	shutdown(p->fd, SHUT_RDWR);
	thread_join(&p->thread);
	close(p->fd);
}

/* Closes with a reset, so that the other side gets an error. */
static inline void
peer_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

#endif
