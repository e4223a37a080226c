/* dead_letter - answers that broke a contract, kept for the day after. */
#include "probe/dead_letter.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

#define LETTER ".letter.json"
#define NAME_MOST 64 /* of the probe in a file's name */

enum err_code
dead_letter_folder(char to[FS_PATH], const char *given, const char *book,
		   struct err *e)
{
	char state[FS_PATH];

	if (given != NULL) {
		if (!str_copy(to, FS_PATH, given))
			return err_set(e, ERR_LIMIT,
				       "the dead letters' folder has too long "
				       "a name");
		return ERR_NONE;
	}
	if (fs_state_dir(state, e) != ERR_NONE)
		return e->code;
	if (!str_printf(to, FS_PATH, "%s/dead-letters/%s", state, book))
		return err_set(e, ERR_LIMIT,
			       "the state folder's path is too long for dead "
			       "letters");
	return ERR_NONE;
}

/* Letters, digits, '-' and '_' stay: nothing that leads out of the folder. */
static void
make_name(char *to, size_t size, const struct dead_letter *d)
{
	char probe[NAME_MOST], digest[DIGEST_HEX], status[16];
	struct digest_part parts[] = {
		{ d->probe, strlen(d->probe) },
		{ status, sizeof(status) },
		{ d->answer, d->answer_len },
	};

	memset(status, 0, sizeof(status));
	str_printf(status, sizeof(status), "%d", d->status);
	digest_parts(digest, parts, ARRAY_LEN(parts));
	str_copy(probe, sizeof(probe), d->probe);
	for (char *p = probe; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || *p == '-' || *p == '_'))
			*p = '_';
	str_printf(to, size, "%s-%.16s" LETTER, probe, digest);
}

/* The bytes as text, redacted; what is beyond the bound is left out. */
static void
put_bytes(struct jwriter *w, const char *key, const char *bytes, size_t len)
{
	size_t most = len < DEAD_LETTER_BYTES ? len : DEAD_LETTER_BYTES;
	struct buf text;

	buf_init(&text, (size_t)DEAD_LETTER_BYTES * 4);
	/* A NUL would end the text. */
	for (size_t i = 0; i < most; i++)
		buf_char(&text, bytes[i] == '\0' ? ' ' : bytes[i]);
	redact_buf(&text);
	jw_text(w, key, buf_str(&text));
	buf_clear(&text);
}

static void
put_letter(struct buf *out, const struct dead_letter *d)
{
	char at[CLOCK_TEXT];
	struct jwriter w;

	clock_text(at, clock_wall_ms());
	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_text(&w, "at", at);
	jw_text(&w, "probe", d->probe);
	jw_text(&w, "url", d->url);
	jw_int(&w, "status", d->status);
	jw_text(&w, "why", d->why);
	if (d->sent != NULL)
		put_bytes(&w, "sent", d->sent, d->sent_len);
	put_bytes(&w, "answer", d->answer, d->answer_len);
	jw_int(&w, "answer_bytes", (int64_t)d->answer_len);
	jw_object_end(&w);
	buf_char(out, '\n');
}

enum err_code
dead_letter_write(const char *folder, const struct dead_letter *d,
		  struct err *e)
{
	char name[160], path[FS_PATH];
	enum err_code code;
	struct buf out;

	make_name(name, sizeof(name), d);
	if (!fs_join(path, folder, name))
		return err_set(e, ERR_LIMIT,
			       "the dead letters' folder has too long a name");
	if (fs_exists(path))
		return ERR_NONE;
	if (dead_letter_count(folder) >= DEAD_LETTERS_MOST)
		return err_set(e, ERR_LIMIT,
			       "%d dead letters lie in %.160s: look at them "
			       "and clear it",
			       DEAD_LETTERS_MOST, folder);
	if (fs_make_dirs(folder, 0700, e) != ERR_NONE)
		return e->code;
	buf_init(&out, (size_t)DEAD_LETTER_BYTES * 16);
	put_letter(&out, d);
	code = fs_put(path, buf_str(&out), out.len, 0600, e);
	buf_clear(&out);
	return code;
}

int
dead_letter_count(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int count = 0, failure;

	if (d == NULL)
		return errno == ENOENT ? 0 : -1;
	errno = 0;
	while ((entry = readdir(d)) != NULL)
		count += str_ends(entry->d_name, LETTER);
	failure = errno;
	closedir(d);
	errno = failure;
	return failure == 0 ? count : -1;
}
