/*
 * curl_late - libcurl, loaded when it is first called.
 *
 * libcurl and the thirty libraries behind it take most of a start's time, and
 * commands that judge files call none of it: `warroom gate --signals` runs in
 * every pipeline.  A function of it that net calls belongs here (base/late.h).
 *
 * Options go through "...": as in libcurl itself the number of the option
 * tells the type of its argument.  Any thread.
 */
#include "base/late.h"

#include <curl/curl.h>

#include <stdarg.h>

#define LIBRARY "libcurl.so.4"
#define FIND(...) LATE_CALL(LIBRARY, __VA_ARGS__)

/* curl.h wraps these to check types in callers. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

CURLcode
curl_global_init_mem(long flags, curl_malloc_callback take,
		     curl_free_callback give_back, curl_realloc_callback resize,
		     curl_strdup_callback copy,
		     curl_calloc_callback take_zeroed)
{
	FIND(CURLcode, curl_global_init_mem, long, curl_malloc_callback,
	     curl_free_callback, curl_realloc_callback, curl_strdup_callback,
	     curl_calloc_callback);
	return call(flags, take, give_back, resize, copy, take_zeroed);
}

CURL *
curl_easy_init(void)
{
	FIND(CURL *, curl_easy_init, void);
	return call();
}

void
curl_easy_cleanup(CURL *easy)
{
	FIND(void, curl_easy_cleanup, CURL *);
	call(easy);
}

void
curl_easy_reset(CURL *easy)
{
	FIND(void, curl_easy_reset, CURL *);
	call(easy);
}

const char *
curl_easy_strerror(CURLcode code)
{
	FIND(const char *, curl_easy_strerror, CURLcode);
	return call(code);
}

CURLcode
curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	FIND(CURLcode, curl_easy_setopt, CURL *, CURLoption, ...);
	CURLcode code;
	va_list args;

	va_start(args, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		code = call(easy, option, va_arg(args, long));
	else if (option < CURLOPTTYPE_FUNCTIONPOINT)
		code = call(easy, option, va_arg(args, void *));
	else if (option < CURLOPTTYPE_OFF_T)
		code = call(easy, option, va_arg(args, void (*)(void)));
	else if (option < CURLOPTTYPE_BLOB)
		code = call(easy, option, va_arg(args, curl_off_t));
	else
		code = call(easy, option, va_arg(args, void *));
	va_end(args);
	return code;
}

/* Whatever the answer is, it goes to where a pointer leads. */
CURLcode
curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	FIND(CURLcode, curl_easy_getinfo, CURL *, CURLINFO, ...);
	CURLcode code;
	va_list args;

	va_start(args, info);
	code = call(easy, info, va_arg(args, void *));
	va_end(args);
	return code;
}

CURLM *
curl_multi_init(void)
{
	FIND(CURLM *, curl_multi_init, void);
	return call();
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	FIND(CURLMcode, curl_multi_cleanup, CURLM *);
	return call(multi);
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	FIND(CURLMcode, curl_multi_add_handle, CURLM *, CURL *);
	return call(multi, easy);
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	FIND(CURLMcode, curl_multi_remove_handle, CURLM *, CURL *);
	return call(multi, easy);
}

CURLMcode
curl_multi_assign(CURLM *multi, curl_socket_t fd, void *ours)
{
	FIND(CURLMcode, curl_multi_assign, CURLM *, curl_socket_t, void *);
	return call(multi, fd, ours);
}

CURLMcode
curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int events,
			 int *running)
{
	FIND(CURLMcode, curl_multi_socket_action, CURLM *, curl_socket_t, int,
	     int *);
	return call(multi, fd, events, running);
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *left)
{
	FIND(CURLMsg *, curl_multi_info_read, CURLM *, int *);
	return call(multi, left);
}

const char *
curl_multi_strerror(CURLMcode code)
{
	FIND(const char *, curl_multi_strerror, CURLMcode);
	return call(code);
}

CURLMcode
curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	FIND(CURLMcode, curl_multi_setopt, CURLM *, CURLMoption, ...);
	CURLMcode code;
	va_list args;

	va_start(args, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		code = call(multi, option, va_arg(args, long));
	else if ((int)option < CURLOPTTYPE_FUNCTIONPOINT)
		code = call(multi, option, va_arg(args, void *));
	else if ((int)option < CURLOPTTYPE_OFF_T)
		code = call(multi, option, va_arg(args, void (*)(void)));
	else
		code = call(multi, option, va_arg(args, curl_off_t));
	va_end(args);
	return code;
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *text)
{
	FIND(struct curl_slist *, curl_slist_append, struct curl_slist *,
	     const char *);
	return call(list, text);
}

void
curl_slist_free_all(struct curl_slist *list)
{
	FIND(void, curl_slist_free_all, struct curl_slist *);
	call(list);
}

CURLU *
curl_url(void)
{
	FIND(CURLU *, curl_url, void);
	return call();
}

void
curl_url_cleanup(CURLU *url)
{
	FIND(void, curl_url_cleanup, CURLU *);
	call(url);
}

/* Newer headers say `const CURLU *`: under a name of our own both will do. */
CURLUcode late_url_get(CURLU *url, CURLUPart what, char **part,
		       unsigned flags) __asm__("curl_url_get");

CURLUcode
late_url_get(CURLU *url, CURLUPart what, char **part, unsigned flags)
{
	FIND(CURLUcode, curl_url_get, CURLU *, CURLUPart, char **, unsigned);
	return call(url, what, part, flags);
}

CURLUcode
curl_url_set(CURLU *url, CURLUPart what, const char *part, unsigned flags)
{
	FIND(CURLUcode, curl_url_set, CURLU *, CURLUPart, const char *,
	     unsigned);
	return call(url, what, part, flags);
}

const char *
curl_url_strerror(CURLUcode code)
{
	FIND(const char *, curl_url_strerror, CURLUcode);
	return call(code);
}

time_t
curl_getdate(const char *text, const time_t *unused)
{
	FIND(time_t, curl_getdate, const char *, const time_t *);
	return call(text, unused);
}

void
curl_free(void *text)
{
	FIND(void, curl_free, void *);
	call(text);
}
