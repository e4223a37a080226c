/* bare_http - libcurl's multi handle on epoll and nothing else. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/http_peers.h"

#define BODY_MOST 65536
#define READY_MOST 64

struct one {
	struct bare *all;
	CURL *easy;
	size_t len;
	char body[BODY_MOST];
};

struct bare {
	char base[300];
	size_t targets, next, failed;
	int epoll_fd;
	CURLM *multi;
	int64_t timer_us; /* INT64_MAX: none */
	struct one *ones;
	int count;
};

static size_t
on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct one *o = ctx;
	size_t len = size * count;

	if (o->len + len > sizeof(o->body))
		return 0;
	memcpy(o->body + o->len, bytes, len);
	o->len += len;
	return len;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct bare *b = ctx;
	struct epoll_event wanted = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)epoll_ctl(b->epoll_fd, EPOLL_CTL_DEL, fd, &wanted);
		return 0;
	}
	if (what & CURL_POLL_IN)
		wanted.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		wanted.events |= EPOLLOUT;
	if (known == NULL) {
		/* a socket that was closed has left by itself */
		(void)epoll_ctl(b->epoll_fd, EPOLL_CTL_ADD, fd, &wanted);
		curl_multi_assign(b->multi, fd, b);
	} else {
		(void)epoll_ctl(b->epoll_fd, EPOLL_CTL_MOD, fd, &wanted);
	}
	return 0;
}

static int
on_timer(CURLM *multi, long wait_ms, void *ctx)
{
	struct bare *b = ctx;

	(void)multi;
	b->timer_us =
		wait_ms < 0 ? INT64_MAX : clock_real_us() + wait_ms * 1000LL;
	return 0;
}

static void
start_next(struct bare *b, struct one *o)
{
	char url[340];

	str_printf(url, sizeof(url), "%s/%zu", b->base, b->next);
	b->next = (b->next + 1) % b->targets;
	o->len = 0;
	curl_easy_setopt(o->easy, CURLOPT_URL, url);
	curl_multi_add_handle(b->multi, o->easy);
}

static void
set_up(struct one *o, const char *ca_file)
{
	CURL *easy = o->easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_PRIVATE, o);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "bare");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5000L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* or no store is kept */
	if (ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, o);
}

struct bare *
bare_start(const char *url, const char *path, size_t targets,
	   const char *ca_file, int in_flight)
{
	struct bare *b = mem_new(1, sizeof(*b));

	str_printf(b->base, sizeof(b->base), "%s%s", url, path);
	b->targets = targets;
	b->timer_us = INT64_MAX;
	b->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	b->multi = curl_multi_init();
	curl_multi_setopt(b->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(b->multi, CURLMOPT_SOCKETDATA, b);
	curl_multi_setopt(b->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(b->multi, CURLMOPT_TIMERDATA, b);
	b->count = in_flight;
	b->ones = mem_new((size_t)in_flight, sizeof(*b->ones));
	for (int i = 0; i < in_flight; i++) {
		b->ones[i].all = b;
		set_up(&b->ones[i], ca_file);
		start_next(b, &b->ones[i]);
	}
	return b;
}

static void
take_ended(struct bare *b)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(b->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		char *private = NULL;
		struct one *o;
		long status = 0;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
		curl_easy_getinfo(msg->easy_handle, CURLINFO_RESPONSE_CODE,
				  &status);
		o = (struct one *)(void *)private;
		if (code != CURLE_OK || status != 200 || o->len == 0)
			b->failed++;
		curl_multi_remove_handle(b->multi, o->easy);
		start_next(b, o);
	}
}

void
bare_run(struct bare *b, long us)
{
	int64_t until_us = clock_real_us() + us;
	int running;

	for (int64_t now_us; (now_us = clock_real_us()) < until_us;) {
		struct epoll_event ready[READY_MOST];
		int64_t wait_us = b->timer_us < until_us ? b->timer_us - now_us
							 : until_us - now_us;
		int n = epoll_wait(
			b->epoll_fd, ready, READY_MOST,
			wait_us <= 0 ? 0 : (int)((wait_us + 999) / 1000));

		for (int i = 0; i < n; i++) {
			int bits = 0;

			if (ready[i].events & EPOLLIN)
				bits |= CURL_CSELECT_IN;
			if (ready[i].events & EPOLLOUT)
				bits |= CURL_CSELECT_OUT;
			if (ready[i].events & (EPOLLERR | EPOLLHUP))
				bits |= CURL_CSELECT_ERR;
			curl_multi_socket_action(b->multi, ready[i].data.fd,
						 bits, &running);
		}
		if (clock_real_us() >= b->timer_us) {
			b->timer_us = INT64_MAX;
			curl_multi_socket_action(b->multi, CURL_SOCKET_TIMEOUT,
						 0, &running);
		}
		take_ended(b);
	}
}

size_t
bare_failed(const struct bare *b)
{
	return b->failed;
}

void
bare_end(struct bare *b)
{
	for (int i = 0; i < b->count; i++) {
		curl_multi_remove_handle(b->multi, b->ones[i].easy);
		curl_easy_cleanup(b->ones[i].easy);
	}
	curl_multi_cleanup(b->multi);
	close(b->epoll_fd);
	mem_free(b->ones);
	mem_free(b);
}
