/* percent - a text as one segment of a path, or one value of a query. */
#include "base/percent.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-_~", c));
}

bool
percent_encode(struct buf *out, const char *text)
{
	/* As a whole segment, "." and ".." would climb in the path. */
	bool is_dots = str_same(text, ".") || str_same(text, "..");
	bool fits = true;

	for (const char *p = text; *p != '\0'; p++) {
		if (is_unreserved(*p) || (*p == '.' && !is_dots))
			fits = buf_char(out, *p) && fits;
		else
			fits = buf_printf(out, "%%%02X", (unsigned char)*p) &&
			       fits;
	}
	return fits;
}

bool
percent_climbs(const char *path)
{
	const char *end = path + strcspn(path, "?#");

	while (path < end) {
		int dots = 0;

		while (*path == '.' || strncasecmp(path, "%2e", 3) == 0) {
			path += *path == '.' ? 1 : 3;
			dots++;
		}
		if ((dots == 1 || dots == 2) && (path == end || *path == '/'))
			return true;
		while (path < end && *path++ != '/')
			;
	}
	return false;
}
