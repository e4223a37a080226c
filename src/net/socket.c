/* socket - non-blocking sockets towards one address. */
#include "net/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum err_code
socket_err(const struct address *a, int error, struct err *e)
{
	char shown[80];
	enum err_code code = ERR_SYSTEM;

	address_text(a, shown, sizeof(shown));
	switch (error) {
	case ECONNREFUSED:
		return err_set(e, ERR_REFUSED,
			       "%s refused; is the service running there?",
			       shown);
	case ETIMEDOUT:
		code = ERR_TIMEOUT;
		break;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case ECONNRESET:
	case EPIPE:
	case EACCES:
	case EPERM:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		code = ERR_UNREACHED;
		break;
	default:
		break;
	}
	return err_set(e, code, "%s: %s", shown, strerror(error));
}

enum err_code
socket_connect(int *fd, const struct address *a, int type, struct err *e)
{
	int one = 1;

	*fd = socket(a->sa.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return socket_err(a, errno, e);
	if (type == SOCK_STREAM)
		(void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one,
				 sizeof(one));
	if (connect(*fd, (const struct sockaddr *)&a->sa, a->len) != 0 &&
	    errno != EINPROGRESS) {
		socket_err(a, errno, e);
		close(*fd);
		*fd = -1;
		return e->code;
	}
	return ERR_NONE;
}

int
socket_failure(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}
