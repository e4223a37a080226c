/* theme - the roles by name: what theme files and the manual speak of. */
#include "model/theme.h"

#define ROLE_ROW(code, name, help) [code] = { name, help },
const struct role_row role_rows[ROLE_COUNT] = { ROLE_LIST(ROLE_ROW) };
#undef ROLE_ROW
