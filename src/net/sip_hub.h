/*
 * sip_hub - the UDP sockets of a loop, shared by all who ask the same
 * address, and who gets which answer: by Call-ID.  For sip_way.c alone.
 */
#ifndef NET_SIP_HUB_H
#define NET_SIP_HUB_H

#include "net/address.h"

#define SIP_CALL_ID 32

struct sip_hub;
struct sip_line;

/* One user; embedded in the user's own struct. */
struct sip_seat {
	struct sip_hub *hub;
	char call_id[SIP_CALL_ID]; /* random, then the seat's number */
	size_t number;
	struct sip_line *line; /* NULL: none */
	struct sip_seat *next, *prev;
	int strays_before; /* the line's count when it joined */
	int strays;	   /* of the lines it has left */
	void (*message)(struct sip_seat *s, const char *bytes, size_t len);
	/* Of its line, which it has left already. */
	void (*lost)(struct sip_seat *s, const struct err *e);
};

/* Gets a Call-ID; exit() follows before the loop ends. */
void sip_hub_enter(struct sip_seat *s, struct loop *l,
		   void (*message)(struct sip_seat *, const char *, size_t),
		   void (*lost)(struct sip_seat *, const struct err *));
/* Gives its place back; leaves its line. */
void sip_hub_exit(struct sip_seat *s);

/* On the line to `a`, shared with others; `e` says why not. */
enum err_code sip_hub_join(struct sip_seat *s, const struct address *a,
			   struct err *e) MUST_CHECK;
void sip_hub_leave(struct sip_seat *s); /* no line is fine */
/* One datagram; what is lost is sent again by timers. */
void sip_hub_send(struct sip_seat *s, const char *bytes, size_t len);
const char *sip_hub_local(const struct sip_seat *s); /* "ip:port" */
/* Messages since it joined that belonged to nobody. */
int sip_hub_strays(const struct sip_seat *s);
/* Does the message carry the seat's Call-ID? */
bool sip_hub_is_for(const struct sip_seat *s, const char *bytes, size_t len);

#endif
