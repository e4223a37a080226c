/* kept - the files of a room's book as they were when it was opened. */
#include "cli/kept.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/fsio.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/difference.h"
#include "conf/node.h"
#include "conf/scalar.h"

#define COPY "runbook.kept"
#define LIST "runbook.files"
#define PLACE "runbook"		 /* where the runbook lies */
#define FILE_MOST DOC_JSON_BYTES /* the largest that a book is made from */
#define LIST_MOST ((size_t)1 << 20)
#define TOLD_MOST 65536

/* Where the copy of the book's file `i` lies. */
static bool
copy_path(char to[FS_PATH], const char *room, size_t i)
{
	char name[sizeof(COPY) + 24];

	str_printf(name, sizeof(name), i == 0 ? COPY : COPY ".%zu", i);
	return fs_join(to, room, name);
}

/* ---- at the opening ---- */

/* The file holds these bytes, on the disk; a link there is replaced. */
static enum err_code
put(const char *path, const struct buf *bytes, struct err *e)
{
	struct err absent;
	struct buf old;
	bool stands;

	stands = fs_read(&old, path, FILE_MOST, &absent) == ERR_NONE &&
		 old.len == bytes->len &&
		 memcmp(buf_str(&old), buf_str(bytes), old.len) == 0;
	buf_clear(&old);
	if (stands)
		return ERR_NONE;
	return fs_write(path, buf_str(bytes), bytes->len, 0600, e);
}

/* The bytes of a file that the book was made from. */
static enum err_code
read_same(struct buf *out, const char *path, const struct book_file *f,
	  struct err *e)
{
	char digest[DIGEST_HEX];

	if (fs_read(out, path, FILE_MOST, e) != ERR_NONE)
		return e->code;
	digest_hex(digest, buf_str(out), out->len);
	if (strcmp(digest, f->digest) != 0)
		return err_set(e, ERR_INPUT,
			       "%s has changed while the room was opened: "
			       "start again",
			       path);
	return ERR_NONE;
}

static enum err_code
keep(const char *room, const struct book *book, size_t i, struct err *e)
{
	const struct book_file *f = &book->files[i];
	char path[FS_PATH], copy[FS_PATH];
	struct err why = { .code = ERR_NONE };
	struct buf bytes;

	if (!copy_path(copy, room, i) ||
	    !(i == 0 ? str_copy(path, sizeof(path), book->path)
		     : fs_beside(path, book->path, f->name)))
		return err_set(e, ERR_LIMIT, "%s: path too long", room);
	if (read_same(&bytes, path, f, &why) == ERR_NONE)
		(void)put(copy, &bytes, &why);
	buf_clear(&bytes);
	if (why.code != ERR_NONE)
		err_set(e, why.code, "the room cannot keep a copy of %.80s: %s",
			f->name, why.text);
	return why.code;
}

enum err_code
kept_put(const char *room, const struct book *book, struct err *e)
{
	char path[FS_PATH], name[FS_PATH];
	enum err_code code = ERR_NONE;
	struct buf list;

	buf_init(&list, LIST_MOST);
	for (size_t i = 0; i < book->file_count && code == ERR_NONE; i++) {
		const struct book_file *f = &book->files[i];

		code = keep(room, book, i, e);
		text_clean(name, sizeof(name), f->name, strlen(f->name));
		buf_printf(&list, "%s  %s\n", f->digest, name);
	}
	if (code == ERR_NONE && (list.cut || !fs_join(path, room, LIST)))
		code = err_set(e, ERR_LIMIT, "%s: path too long", room);
	if (code == ERR_NONE)
		code = put(path, &list, e);
	buf_clear(&list);
	return code;
}

/* ---- when it is another ---- */

/* A path as a word of a command. */
static void
print_word(const char *path)
{
	const char *p = path;

	while (isalnum((unsigned char)*p) ||
	       (*p != '\0' && strchr("/._-+,:@%=", *p) != NULL))
		p++;
	if (*p == '\0') {
		fprintf(stderr, " %s", path);
		return;
	}
	fputs(" '", stderr);
	for (p = path; *p != '\0'; p++)
		if (*p == '\'')
			fputs("'\\''", stderr);
		else
			fputc(*p, stderr);
	fputc('\'', stderr);
}

/* One file of the room: where it lies now, and what it was. */
struct file {
	const char *path, *copy;
	const char *digest; /* at the opening; NULL: as its copy has it */
	struct buf was, is;
	struct err was_lost, is_lost; /* ERR_NONE: could be read */
};

static void
print_difference(const struct file *f)
{
	struct buf told;

	buf_init(&told, TOLD_MOST);
	if (conf_difference(&told, buf_str(&f->was), f->was.len,
			    buf_str(&f->is), f->is.len) == 0)
		buf_text(&told, "only its comments or layout have changed\n");
	fputs(buf_str(&told), stderr);
	buf_clear(&told);
}

static void
print_file(const struct file *f)
{
	char shown[FS_PATH], digest[DIGEST_HEX];

	text_clean(shown, sizeof(shown), f->path, strlen(f->path));
	if (f->is_lost.code == ERR_NONE)
		fprintf(stderr, "%s has changed since this room was opened:\n",
			shown);
	else if (f->is_lost.code == ERR_ABSENT)
		fprintf(stderr,
			"%s is missing: it was there when this room was "
			"opened\n",
			shown);
	else
		fprintf(stderr, "%s\n", f->is_lost.text);
	if (f->was_lost.code != ERR_NONE) {
		fprintf(stderr, "its copy of then is of no use: %s\n",
			f->was_lost.text);
		return;
	}
	digest_hex(digest, buf_str(&f->was), f->was.len);
	if (strcmp(digest, f->digest) != 0) {
		fprintf(stderr,
			"its copy of then is of no use: %s was edited, too\n",
			f->copy);
		return;
	}
	if (f->is_lost.code == ERR_NONE)
		print_difference(f);
	if (!text_is_plain(f->copy, false) || !text_is_plain(f->path, false))
		return; /* nothing to be pasted into a shell */
	fputs("put it back: cp --", stderr);
	print_word(f->copy);
	print_word(f->path);
	fputc('\n', stderr);
}

/* Was it changed?  `digest` is that of the opening, NULL: that of the copy. */
static bool
tell_file(const char *path, const char *copy, const char *digest)
{
	struct file f = { .path = path, .copy = copy };
	char was[DIGEST_HEX] = "", is[DIGEST_HEX];
	bool differs;

	if (fs_read(&f.was, copy, FILE_MOST, &f.was_lost) == ERR_NONE)
		digest_hex(was, buf_str(&f.was), f.was.len);
	f.digest = digest != NULL ? digest : was;
	differs = fs_read(&f.is, path, FILE_MOST, &f.is_lost) != ERR_NONE;
	if (!differs) {
		digest_hex(is, buf_str(&f.is), f.is.len);
		differs = strcmp(is, f.digest) != 0;
	}
	if (differs)
		print_file(&f);
	buf_clear(&f.was);
	buf_clear(&f.is);
	return differs;
}

/* The files of the list, a line each: "DIGEST  NAME". */
static void
tell_listed(const char *room, const char *runbook, const char *list)
{
	char path[FS_PATH], copy[FS_PATH], digest[DIGEST_HEX], name[FS_PATH];
	size_t i = 0;

	for (const char *line = list; *line != '\0'; i++) {
		size_t len = strcspn(line, "\n");

		if (len > DIGEST_HEX + 1 && copy_path(copy, room, i) &&
		    str_copy_n(name, sizeof(name), line + DIGEST_HEX + 1,
			       len - DIGEST_HEX - 1) &&
		    (i == 0 ? str_copy(path, sizeof(path), runbook)
			    : fs_beside(path, runbook, name))) {
			str_copy_n(digest, sizeof(digest), line,
				   DIGEST_HEX - 1);
			(void)tell_file(path, copy, digest);
		}
		line += len + (line[len] == '\n');
	}
}

/* A room of an older version has a copy of the runbook, or none at all. */
static void
tell_unlisted(const char *room, const char *runbook, bool is_other)
{
	char copy[FS_PATH];

	if (!copy_path(copy, room, 0))
		return;
	if (fs_exists(copy))
		(void)tell_file(runbook, copy, NULL);
	if (is_other)
		fprintf(stderr,
			"this room was opened by an older version and keeps "
			"no copy of %s\n",
			fs_exists(copy) ? "the files that its runbook names"
					: "its runbook");
}

/* The path without links, also of a file that is not there. */
static bool
real_path(char to[PATH_MAX], const char *path)
{
	char folder[FS_PATH], real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	if (realpath(path, to) != NULL)
		return true;
	str_copy_n(folder, sizeof(folder), path,
		   slash == NULL ? 0 : (size_t)(name - path));
	return realpath(folder[0] == '\0' ? "." : folder, real) != NULL &&
	       str_printf(to, PATH_MAX, "%s/%s", real, name);
}

/* Was the room opened with this runbook?  When not, says with which. */
static bool
is_of_room(const char *room, const char *runbook)
{
	char path[FS_PATH], real[PATH_MAX], shown[PATH_MAX];
	struct buf text;
	struct err e;
	bool is_same = true;

	if (!fs_join(path, room, PLACE))
		return true;
	if (fs_read(&text, path, PATH_MAX, &e) == ERR_NONE &&
	    real_path(real, runbook)) {
		size_t len = strcspn(buf_str(&text), "\n");

		is_same = strlen(real) == len &&
			  strncmp(real, buf_str(&text), len) == 0;
		text_clean(shown, sizeof(shown), buf_str(&text), len);
		if (!is_same)
			fprintf(stderr,
				"this room was opened with %s: give that "
				"runbook, or choose another --room\n",
				shown);
	}
	buf_clear(&text);
	return is_same;
}

void
kept_tell(const char *room, const char *runbook, bool is_other)
{
	char path[FS_PATH];
	enum err_code code;
	struct buf list;
	struct err e;

	if (!is_of_room(room, runbook) || !fs_join(path, room, LIST))
		return;
	code = fs_read(&list, path, LIST_MOST, &e);
	if (code == ERR_NONE)
		tell_listed(room, runbook, buf_str(&list));
	else if (code == ERR_ABSENT)
		tell_unlisted(room, runbook, is_other);
	else
		fprintf(stderr, "what the room keeps cannot be told: %s\n",
			e.text);
	buf_clear(&list);
}
