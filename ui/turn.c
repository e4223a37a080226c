/* turn - what a person asks of a recorded night, by key and by word. */
#include "ui/turn.h"

#include <string.h>

#include "base/str.h"
#include "ui/press.h"

const struct turn_row turn_rows[TURN_COUNT] = {
#define TURN_ROW(code, word, keys, help) [code] = { word, keys, help },
	TURN_LIST(TURN_ROW)
#undef TURN_ROW
};

static const struct {
	int32_t code;
	enum turn turn;
} keys[] = {
	{ PRESS_SPACE, TURN_PAUSE }, { 'p', TURN_PAUSE },
	{ '.', TURN_STEP },	     { ',', TURN_BACK },
	{ PRESS_RIGHT, TURN_LATER }, { PRESS_LEFT, TURN_EARLIER },
	{ '+', TURN_FASTER },	     { '=', TURN_FASTER },
	{ '-', TURN_SLOWER },	     { PRESS_HOME, TURN_BEGIN },
	{ PRESS_END, TURN_END },
};

bool
turn_of_key(int32_t code, enum turn *out)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].code == code) {
			*out = keys[i].turn;
			return true;
		}
	return false;
}

bool
turn_of_line(const char *line, enum turn *out, int64_t *ms)
{
	size_t len = strcspn(line, " ");
	const char *rest = line + len + strspn(line + len, " ");
	char word[16];

	*ms = TURN_SEEK_MS;
	if (!str_copy_n(word, sizeof(word), line, len))
		return false;
	for (int i = 0; i < TURN_COUNT; i++) {
		if (!str_same(word, turn_rows[i].word))
			continue;
		*out = (enum turn)i;
		return rest[0] == '\0' ||
		       ((i == TURN_LATER || i == TURN_EARLIER) &&
			str_to_duration_ms(rest, ms));
	}
	return false;
}
