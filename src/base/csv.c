/* csv - fields of RFC 4180 that no spreadsheet takes for a formula. */
#include "base/csv.h"

#include <string.h>

void
csv_field(struct buf *out, const char *text)
{
	bool is_formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]);
	bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (is_quoted)
		buf_char(out, '"');
	if (is_formula)
		buf_char(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_char(out, '"');
		buf_char(out, *text);
	}
	if (is_quoted)
		buf_char(out, '"');
}

void
csv_line(struct buf *out, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(out, ',');
		csv_field(out, fields[i]);
	}
	buf_text(out, "\r\n");
}
