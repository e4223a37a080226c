/* command - the words and help of what can be asked of the director. */
#include "engine/command.h"

#define COMMAND_ROW(code, word, help) [code] = { word, help },
const struct command_row command_rows[COMMAND_COUNT] = { COMMAND_LIST(
	COMMAND_ROW) };
#undef COMMAND_ROW
