/* port - sockets on loopback with ports the kernel chooses. */
#include "twin/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64

static bool
bind_and_listen(int fd, int *port, int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)*port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int on = 1;

	/* What connections of before have left behind is in nobody's way. */
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&at, len) != 0 ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG) != 0) ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return false;
	*port = ntohs(at.sin_port);
	return true;
}

enum err_code
port_open(int *fd, int *port, int type, struct err *e)
{
	int failure;

	*fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return err_set(e, ERR_SYSTEM, "cannot open a socket: %s",
			       strerror(errno));
	if (bind_and_listen(*fd, port, type))
		return ERR_NONE;
	failure = errno;
	close(*fd);
	*fd = -1;
	return err_set(e, ERR_SYSTEM, "cannot use port %d of 127.0.0.1: %s",
		       *port, strerror(failure));
}
