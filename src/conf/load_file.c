/* load_file - the file that a load tool leaves its result in. */
#include "conf/load_file.h"

#include <assert.h>

#include "base/str.h"

#define HEAD_MOST (64 * 1024)

static const char *const tools[] = {
	[LOAD_SIPP] = "sipp", [LOAD_K6] = "k6", [LOAD_JMETER] = "jmeter"
};

enum load_tool
load_tool_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (str_same(tools[i], word))
			return (enum load_tool)i;
	return LOAD_SIPP;
}

const char *
load_tool_word(enum load_tool tool)
{
	assert((size_t)tool < ARRAY_LEN(tools));
	return tools[tool];
}

enum err_code
load_file_path(char to[FS_PATH], const char *book_path, const char *name,
	       struct err *e)
{
	if (name[0] == '\0' || !fs_beside(to, book_path, name))
		return err_set(e, ERR_ARG, "file: \"%.60s\" is no path", name);
	return ERR_NONE;
}

enum err_code
load_file_read(struct load_figures *out, struct ends_stamp *stamp,
	       const char *path, enum load_tool tool, size_t tail_most,
	       struct err *e)
{
	struct load_text text;
	struct ends x;
	enum err_code code = ends_read(&x, path, HEAD_MOST, tail_most, e);

	*stamp = (struct ends_stamp){ 0 };
	if (code == ERR_NONE) {
		text.head = x.is_whole ? NULL : buf_str(&x.head);
		text.head_len = x.head.len;
		text.tail = buf_str(&x.tail);
		text.tail_len = x.tail.len;
		*stamp = x.stamp;
		code = load_read(out, tool, &text, e);
	}
	ends_clear(&x);
	return code;
}
