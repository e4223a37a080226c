/* identity - who we are at an endpoint, and the secrets that prove it. */
#include "net/identity.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"

#define SECRET_MOST 16384

/* A secret becomes a header: a line break in it would smuggle another in. */
static bool
is_usable(const char *secret)
{
	if (secret[0] == '\0')
		return false;
	for (const char *p = secret; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

enum err_code
identity_from_env(char **out, const char *name, struct err *e)
{
	char *value = getenv(name);

	*out = NULL;
	if (value == NULL || value[0] == '\0')
		return err_set(e, ERR_ABSENT,
			       "environment variable %s is not set; run "
			       "\"read -rs %s && export %s\" first",
			       name, name, name);
	if (!is_usable(value) || strlen(value) > SECRET_MOST)
		return err_set(e, ERR_INPUT,
			       "the secret in environment variable %s has a "
			       "control character or is too long; set it again",
			       name);
	*out = mem_text(value);
	redact_add(name, *out);
	/* unsetenv() alone leaves the bytes readable in /proc/PID/environ */
	explicit_bzero(value, strlen(value));
	unsetenv(name);
	return ERR_NONE;
}

/* Is the open file one that only we can have written and can read? */
static enum err_code
check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT,
			       "%s is not a regular file; name the file that "
			       "holds the secret",
			       path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_INPUT,
			       "%s belongs to another user; copy the secret to "
			       "a file of your own",
			       path);
	if ((st.st_mode & 077) != 0)
		return err_set(e, ERR_INPUT,
			       "%s can be read by others (mode %04o); run "
			       "\"chmod 600 %s\" and change the secret",
			       path, (unsigned)st.st_mode & 07777U, path);
	if (st.st_nlink != 1)
		return err_set(e, ERR_INPUT,
			       "%s has %lu names (hard links); keep the secret "
			       "in a file with one",
			       path, (unsigned long)st.st_nlink);
	if (st.st_size > SECRET_MOST)
		return err_set(e, ERR_LIMIT, "%s is larger than %d bytes", path,
			       SECRET_MOST);
	return ERR_NONE;
}

static enum err_code
read_secret(char **out, int fd, const char *path, struct err *e)
{
	char *bytes = mem_new(SECRET_MOST + 1, 1);
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, bytes + len, SECRET_MOST - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < SECRET_MOST) || (n < 0 && errno == EINTR));
	if (n < 0)
		err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	bytes[len] = '\0';
	if (n >= 0 && strlen(bytes) == len && is_usable(bytes))
		*out = mem_text(bytes);
	else if (n >= 0)
		err_set(e, ERR_INPUT,
			"%s holds no secret: one line of printable text is "
			"wanted",
			path);
	explicit_bzero(bytes, SECRET_MOST);
	mem_free(bytes);
	return *out == NULL ? e->code : ERR_NONE;
}

enum err_code
identity_from_file(char **out, const char *path, struct err *e)
{
	enum err_code code;
	int fd;

	*out = NULL;
	/* A FIFO must not block us before fstat() can refuse it. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_ABSENT,
			       "secret file %s is not there; write the secret "
			       "into it with mode 600",
			       path);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_INPUT,
			       "%s is a symbolic link; name the file itself",
			       path);
	if (fd < 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	code = check_file(fd, path, e);
	if (code == ERR_NONE)
		code = read_secret(out, fd, path, e);
	close(fd);
	if (code == ERR_NONE)
		redact_add("secret", *out);
	return code;
}

struct auth_client
identity_client(const struct book_endpoint *endpoint)
{
	struct auth_client who = {
		.name = endpoint->id,
		.token_url = endpoint->token_url,
		.client_id = endpoint->client_id,
		.secret = endpoint->secret,
		.ca_file = endpoint->ca_file,
	};

	return who;
}

enum err_code
identity_url(struct buf *out, const struct book_endpoint *endpoint,
	     const char *path, struct err *e)
{
	const char *url = endpoint->url == NULL ? "" : endpoint->url;
	size_t len = strlen(url);

	if (!str_starts(url, "http://") && !str_starts(url, "https://"))
		return err_set(e, ERR_ARG,
			       "endpoint %s speaks no HTTP; give it a url",
			       endpoint->id);
	/* Without the slash "@evil.example" would change the host. */
	if (path[0] != '/')
		return err_set(e, ERR_ARG,
			       "path \"%s\" of endpoint %s must begin with /",
			       path, endpoint->id);
	if (len > 0 && url[len - 1] == '/')
		len--;
	if (!buf_add(out, url, len) || !buf_text(out, path))
		return err_set(e, ERR_LIMIT, "URL of endpoint %s is too long",
			       endpoint->id);
	return ERR_NONE;
}
