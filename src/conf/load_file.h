/*
 * load_file - the file that a load tool leaves its result in.
 *
 * For the probe that reads it and for the step that runs the tool.  Blocks on
 * the disk; any thread.
 */
#ifndef CONF_LOAD_FILE_H
#define CONF_LOAD_FILE_H

#include "base/ends.h"
#include "base/fsio.h"
#include "conf/load_read.h"

#define LOAD_TOOLS "sipp k6 jmeter"

/* Of one of the words above. */
enum load_tool load_tool_of(const char *word);
const char *load_tool_word(enum load_tool tool); /* the inverse; static */

/* Where `name` of a runbook is: beside it when not absolute.  ERR_ARG when
 * that is no path. */
enum err_code load_file_path(char to[FS_PATH], const char *book_path,
			     const char *name, struct err *e) MUST_CHECK;

/* At most the last `tail_most` bytes of it are read.  `stamp` is that of the
 * file, also of one that is no result; zeros when it could not be read.  Fails
 * as ends_read() and load_read() do. */
enum err_code load_file_read(struct load_figures *out, struct ends_stamp *stamp,
			     const char *path, enum load_tool tool,
			     size_t tail_most, struct err *e) MUST_CHECK;

#endif
