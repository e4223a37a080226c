/* kept - the runbook as it was when its room was opened. */
#include "cli/kept.h"

#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "conf/difference.h"
#include "conf/node.h"

#define NAME "runbook.kept"

enum err_code
kept_put(const char *room, const char *runbook, struct err *e)
{
	char path[FS_PATH];
	enum err_code code;
	struct err absent;
	struct buf bytes;

	if (!fs_join(path, room, NAME))
		return err_set(e, ERR_ARG, "%s: path too long", room);
	code = fs_read(&bytes, path, DOC_YAML_BYTES, &absent);
	buf_clear(&bytes);
	if (code != ERR_ABSENT)
		return ERR_NONE; /* stands since the room was opened */
	code = fs_read(&bytes, runbook, DOC_YAML_BYTES, e);
	if (code == ERR_NONE)
		code = fs_write(path, buf_str(&bytes), bytes.len, 0600, e);
	buf_clear(&bytes);
	return code;
}

void
kept_tell(const char *room, const char *runbook)
{
	struct buf before, after, told;
	char path[FS_PATH];
	struct err e;

	if (!fs_join(path, room, NAME))
		return;
	buf_init(&told, 65536);
	if (fs_read(&before, path, DOC_YAML_BYTES, &e) == ERR_NONE) {
		if (fs_read(&after, runbook, DOC_YAML_BYTES, &e) != ERR_NONE)
			buf_printf(&told, "%s\n", e.text);
		else if (conf_difference(&told, buf_str(&before), before.len,
					 buf_str(&after), after.len) == 0 &&
			 strcmp(buf_str(&before), buf_str(&after)) != 0)
			buf_text(&told, "only its comments or layout have "
					"changed\n");
		fprintf(stderr, "%s", buf_str(&told));
		buf_clear(&after);
	}
	buf_clear(&before);
	buf_clear(&told);
}
