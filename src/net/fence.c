/* fence - where this process may connect at all. */
#include "net/fence.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

/* An allowed row taken apart; port 0 stands for any. */
struct gate_post {
	char host[FENCE_HOST];
	int port;
};

static bool
read_port(const char *text, int *port)
{
	int64_t value;

	if (!str_to_int(text, &value) || value < 1 || value > 65535)
		return false;
	*port = (int)value;
	return true;
}

/* A bare IPv6 address has several colons and therefore no port. */
static bool
read_row(struct gate_post *out, const char *row)
{
	const char *colon = strrchr(row, ':');
	const char *bracket = strchr(row, ']');
	size_t len = strlen(row);

	out->port = 0;
	if (row[0] == '[') {
		if (bracket == NULL)
			return false;
		if (bracket[1] != '\0' &&
		    (bracket[1] != ':' || !read_port(bracket + 2, &out->port)))
			return false;
		return str_copy_n(out->host, sizeof(out->host), row + 1,
				  (size_t)(bracket - row - 1));
	}
	if (colon != NULL && strchr(row, ':') == colon) {
		if (!read_port(colon + 1, &out->port))
			return false;
		len = (size_t)(colon - row);
	}
	return str_copy_n(out->host, sizeof(out->host), row, len);
}

/* Two spellings of one IPv6 address are one host. */
static bool
is_same_host(const char *a, const char *b)
{
	struct in6_addr x;
	struct in6_addr y;

	if (strcasecmp(a, b) == 0)
		return true;
	return inet_pton(AF_INET6, a, &x) == 1 &&
	       inet_pton(AF_INET6, b, &y) == 1 &&
	       memcmp(&x, &y, sizeof(x)) == 0;
}

static bool
is_allowed(const char *row, const char *host, int port)
{
	struct gate_post post;

	if (!read_row(&post, row))
		return false;
	return is_same_host(post.host, host) &&
	       (post.port == 0 || post.port == port);
}

void
fence_clear(struct fence *f)
{
	mem_free(f->allowed);
	for (size_t i = 0; i < f->program_count; i++)
		mem_free(f->programs[i]);
	mem_free(f->programs);
	*f = (struct fence){ 0 };
}

void
fence_allow(struct fence *f, const char *host_port)
{
	char row[FENCE_HOST];

	f->closed = true;
	/* A row that does not fit allows nothing: the safe side. */
	if (!str_copy(row, sizeof(row), host_port) || row[0] == '\0')
		return;
	f->allowed = mem_grow(f->allowed, f->count + 1, FENCE_HOST);
	memcpy(f->allowed[f->count], row, sizeof(row));
	f->count++;
}

enum err_code
fence_check(const struct fence *f, const char *host, int port, struct err *e)
{
	char shown[FENCE_HOST];

	assert(f != NULL);
	if (!f->closed)
		return ERR_NONE;
	for (size_t i = 0; i < f->count; i++)
		if (is_allowed(f->allowed[i], host, port))
			return ERR_NONE;
	text_clean(shown, sizeof(shown), host, strlen(host));
	return err_set(e, ERR_FENCED,
		       "%s port %d is outside the fence of this drill; "
		       "allow-list it for staging in the runbook or use the "
		       "twin",
		       shown, port);
}

void
fence_allow_program(struct fence *f, const char *path)
{
	f->closed = true;
	f->programs =
		mem_grow(f->programs, f->program_count + 1, sizeof(char *));
	f->programs[f->program_count++] = mem_text(path);
}

enum err_code
fence_check_program(const struct fence *f, const char *path, struct err *e)
{
	char shown[FENCE_HOST];

	assert(f != NULL);
	if (!f->closed)
		return ERR_NONE;
	for (size_t i = 0; i < f->program_count; i++)
		if (strcmp(f->programs[i], path) == 0)
			return ERR_NONE;
	text_clean(shown, sizeof(shown), path, strlen(path));
	return err_set(e, ERR_FENCED,
		       "%s is outside the fence of this drill: a program can "
		       "reach more than the twin; list it under "
		       "staging_programs if it may run",
		       shown);
}
