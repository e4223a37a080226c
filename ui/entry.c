/* entry - one line of text being typed. */
#include "ui/entry.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

bool
entry_type(struct entry *e, int32_t c)
{
	char bytes[5], clean[16];
	size_t used = strlen(e->text);
	size_t len;

	if (c < 0x20 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	len = text_encode(c, bytes);
	/* What the allow-list would spell out is not text a person types. */
	text_clean(clean, sizeof(clean), bytes, len);
	if (!str_same(bytes, clean) || used + len >= sizeof(e->text))
		return false;
	memcpy(e->text + used, bytes, len + 1);
	return true;
}

void
entry_paste(struct entry *e, const char *text)
{
	char clean[ENTRY_TEXT];
	size_t used = strlen(e->text);

	text_clean(clean, sizeof(clean), text, strlen(text));
	str_copy(e->text + used, sizeof(e->text) - used, clean);
}

void
entry_erase(struct entry *e)
{
	size_t len = strlen(e->text);

	while (len > 0 && (e->text[--len] & 0xc0) == 0x80)
		;
	e->text[len] = '\0';
}

void
entry_erase_word(struct entry *e)
{
	size_t len = strlen(e->text);

	while (len > 0 && e->text[len - 1] == ' ')
		len--;
	while (len > 0 && e->text[len - 1] != ' ')
		len--;
	e->text[len] = '\0';
}

void
entry_clear(struct entry *e)
{
	e->text[0] = '\0';
}
