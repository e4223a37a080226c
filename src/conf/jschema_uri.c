/* jschema_uri - addresses of schemas, resolved as RFC 3986 5.2 says. */
#include "conf/jschema_make.h"

#include <string.h>

#define URI_PATH 2048

struct slice {
	const char *text;
	size_t len;
	bool is_there;
};

struct uri {
	struct slice scheme, authority, path, query;
};

static size_t
scheme_length(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = p[i];
		bool is_letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == ':' && i > 0)
			return i;
		if (!is_letter &&
		    (i == 0 || strchr("0123456789+-.", c) == NULL))
			return 0;
	}
	return 0;
}

static size_t
until(const char *p, size_t len, const char *stops)
{
	size_t i = 0;

	while (i < len && (p[i] == '\0' || strchr(stops, p[i]) == NULL))
		i++;
	return i;
}

static struct uri
split(const char *p, size_t len)
{
	struct uri u = { 0 };
	size_t n = scheme_length(p, len);

	len = until(p, len, "#");
	if (n > 0 && n < len) {
		u.scheme = (struct slice){ p, n, true };
		p += n + 1;
		len -= n + 1;
	}
	if (len >= 2 && p[0] == '/' && p[1] == '/') {
		n = until(p + 2, len - 2, "/?");
		u.authority = (struct slice){ p + 2, n, true };
		p += n + 2;
		len -= n + 2;
	}
	n = until(p, len, "?");
	u.path = (struct slice){ p, n, true };
	if (n < len)
		u.query = (struct slice){ p + n + 1, len - n - 1, true };
	return u;
}

/* RFC 3986 5.2.4, on whole segments. */
static void
remove_dots(struct buf *out, const char *p, size_t len)
{
	size_t begin = out->len;
	size_t i = 0;

	while (i < len) {
		size_t n = until(p + i, len - i, "/");
		bool is_last = i + n == len;
		bool is_one = n == 1 && p[i] == '.';
		bool is_two = n == 2 && p[i] == '.' && p[i + 1] == '.';

		if (is_two) {
			/* Back over the last segment, not over the root. */
			if (out->len > begin + 1)
				out->len--;
			while (out->len > begin &&
			       out->data[out->len - 1] != '/')
				out->len--;
		} else if (!is_one) {
			buf_add(out, p + i, n + (is_last ? 0 : 1));
		}
		i += n + 1;
	}
	if (out->data != NULL)
		out->data[out->len] = '\0';
}

static void
put_path(struct buf *out, const struct uri *base, const struct uri *ref)
{
	struct buf path;
	size_t keep = base->path.len;

	buf_init(&path, URI_PATH);
	if (ref->path.len > 0 && ref->path.text[0] != '/') {
		while (keep > 0 && base->path.text[keep - 1] != '/')
			keep--;
		if (keep == 0 && base->authority.is_there)
			buf_char(&path, '/');
		buf_add(&path, base->path.text, keep);
	}
	buf_add(&path, ref->path.text, ref->path.len);
	remove_dots(out, buf_str(&path), path.len);
	buf_clear(&path);
}

static void
put(struct buf *out, const char *before, const struct slice *s,
    const char *after)
{
	if (!s->is_there)
		return;
	buf_text(out, before);
	buf_add(out, s->text, s->len);
	buf_text(out, after);
}

bool
uri_resolve(struct buf *out, const char *base, const char *text, size_t len)
{
	struct uri from = split(base, strlen(base));
	struct uri ref = split(text, len);

	if (len > URI_PATH || memchr(text, '\0', len) != NULL)
		return false;
	if (ref.scheme.is_there) {
		put(out, "", &ref.scheme, ":");
		put(out, "//", &ref.authority, "");
		if (ref.authority.is_there)
			remove_dots(out, ref.path.text, ref.path.len);
		else
			put(out, "", &ref.path, "");
		put(out, "?", &ref.query, "");
		return !out->cut;
	}
	put(out, "", &from.scheme, ":");
	if (ref.authority.is_there) {
		put(out, "//", &ref.authority, "");
		remove_dots(out, ref.path.text, ref.path.len);
	} else {
		put(out, "//", &from.authority, "");
		if (ref.path.len == 0)
			put(out, "", &from.path, "");
		else
			put_path(out, &from, &ref);
	}
	if (ref.query.is_there)
		put(out, "?", &ref.query, "");
	else if (!ref.authority.is_there && ref.path.len == 0)
		put(out, "?", &from.query, "");
	return !out->cut;
}
