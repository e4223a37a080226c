/*
 * microhttpd_late - libmicrohttpd, loaded when it is first called.
 *
 * It brings GnuTLS and the eight libraries behind that, half of what a start
 * would load, and only a twin calls it.  A function of it that the twin calls
 * belongs here (base/late.h).
 */
#include "base/late.h"

#include <microhttpd.h>

#include <stdarg.h>

#define LIBRARY "libmicrohttpd.so.12"
#define FIND(...) LATE_CALL(LIBRARY, __VA_ARGS__)

struct MHD_Daemon *
MHD_start_daemon(unsigned flags, uint16_t port,
		 MHD_AcceptPolicyCallback accepts, void *accepts_cls,
		 MHD_AccessHandlerCallback answers, void *answers_cls, ...)
{
	FIND(struct MHD_Daemon *, MHD_start_daemon_va, unsigned, uint16_t,
	     MHD_AcceptPolicyCallback, void *, MHD_AccessHandlerCallback,
	     void *, va_list);
	struct MHD_Daemon *daemon;
	va_list options;

	va_start(options, answers_cls);
	daemon = call(flags, port, accepts, accepts_cls, answers, answers_cls,
		      options);
	va_end(options);
	return daemon;
}

void
MHD_stop_daemon(struct MHD_Daemon *daemon)
{
	FIND(void, MHD_stop_daemon, struct MHD_Daemon *);
	call(daemon);
}

/* What is asked for here needs no further argument. */
const union MHD_DaemonInfo *
MHD_get_daemon_info(struct MHD_Daemon *daemon, enum MHD_DaemonInfoType what,
		    ...)
{
	FIND(const union MHD_DaemonInfo *, MHD_get_daemon_info,
	     struct MHD_Daemon *, enum MHD_DaemonInfoType, ...);
	return call(daemon, what);
}

const char *
MHD_lookup_connection_value(struct MHD_Connection *connection,
			    enum MHD_ValueKind kind, const char *key)
{
	FIND(const char *, MHD_lookup_connection_value, struct MHD_Connection *,
	     enum MHD_ValueKind, const char *);
	return call(connection, kind, key);
}

int
MHD_get_connection_values(struct MHD_Connection *connection,
			  enum MHD_ValueKind kind, MHD_KeyValueIterator visit,
			  void *cls)
{
	FIND(int, MHD_get_connection_values, struct MHD_Connection *,
	     enum MHD_ValueKind, MHD_KeyValueIterator, void *);
	return call(connection, kind, visit, cls);
}

struct MHD_Response *
MHD_create_response_from_fd(size_t size, int fd)
{
	FIND(struct MHD_Response *, MHD_create_response_from_fd, size_t, int);
	return call(size, fd);
}

struct MHD_Response *
MHD_create_response_from_buffer(size_t size, void *bytes,
				enum MHD_ResponseMemoryMode whose)
{
	FIND(struct MHD_Response *, MHD_create_response_from_buffer, size_t,
	     void *, enum MHD_ResponseMemoryMode);
	return call(size, bytes, whose);
}

enum MHD_Result
MHD_add_response_header(struct MHD_Response *response, const char *header,
			const char *content)
{
	FIND(enum MHD_Result, MHD_add_response_header, struct MHD_Response *,
	     const char *, const char *);
	return call(response, header, content);
}

enum MHD_Result
MHD_queue_response(struct MHD_Connection *connection, unsigned status,
		   struct MHD_Response *response)
{
	FIND(enum MHD_Result, MHD_queue_response, struct MHD_Connection *,
	     unsigned, struct MHD_Response *);
	return call(connection, status, response);
}

void
MHD_destroy_response(struct MHD_Response *response)
{
	FIND(void, MHD_destroy_response, struct MHD_Response *);
	call(response);
}
