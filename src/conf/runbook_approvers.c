/*
 * runbook_approvers - the keys that second persons sign with.
 *
 * The file is ssh-keygen's allowed_signers (ssh-keygen(1)): "name [options]
 * type key" on a line.  Here each line names one person and no pattern, so
 * that a key says who approved.  Its bytes are part of the runbook's digest.
 */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define FILE_MOST (256 * 1024)
#define NAME_MOST 63

/* A line that names a key: "name [options] type key [comment]". */
struct signer {
	char name[NAME_MOST + 1];
	const char *key; /* in the file's text */
	size_t len;
};

/* The next word between blanks of text[*at..end); its length, 0 for none. */
static size_t
next_word(const char *text, size_t end, size_t *at)
{
	size_t len = 0;

	while (*at < end && (text[*at] == ' ' || text[*at] == '\t'))
		++*at;
	while (*at + len < end && text[*at + len] != ' ' &&
	       text[*at + len] != '\t')
		len++;
	return len;
}

static bool
is_type(const char *word, size_t len)
{
	static const char *const heads[] = { "ssh-", "ecdsa-", "sk-" };

	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (len > strlen(heads[i]) &&
		    memcmp(word, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

/* What is wrong with one line; NULL when nothing is. */
static const char *
read_line(const char *line, size_t end, struct signer *out)
{
	size_t at = 0, len = next_word(line, end, &at);

	for (size_t i = 0; i < end; i++)
		if ((unsigned char)line[i] < 0x20 && line[i] != '\t')
			return "holds a control character";
	for (size_t i = 0; i < len; i++)
		if (strchr("*?!,\"", line[at + i]) != NULL)
			return "must name one person, without a pattern";
	if (len > NAME_MOST)
		return "has a name of more than 63 bytes";
	str_copy_n(out->name, sizeof(out->name), line + at, len);
	do {
		at += len;
		len = next_word(line, end, &at);
		if (len >= strlen("cert-authority") &&
		    memcmp(line + at, "cert-authority", 14) == 0)
			return "names an authority, which is no person";
	} while (len > 0 && !is_type(line + at, len));
	at += len;
	out->len = len > 0 ? next_word(line, end, &at) : 0;
	out->key = line + at;
	return out->len > 0 ? NULL : "is not \"name type key\"";
}

/* ssh-keygen tells the first name of a key only. */
static const struct signer *
same_key(const struct signer *signers, size_t count, const struct signer *s)
{
	for (size_t i = 0; i < count; i++)
		if (signers[i].len == s->len &&
		    memcmp(signers[i].key, s->key, s->len) == 0 &&
		    strcmp(signers[i].name, s->name) != 0)
			return &signers[i];
	return NULL;
}

static void
take_line(struct loader *l, const struct node *n, int number, const char *line,
	  size_t end, struct signer *signers, size_t *count)
{
	struct signer *s = &signers[*count];
	const char *why = read_line(line, end, s);
	const struct signer *other;

	if (why != NULL) {
		node_error(&l->s, n, "approvers", "%s line %d %s", n->text,
			   number, why);
		return;
	}
	other = same_key(signers, *count, s);
	if (other != NULL)
		node_error(&l->s, n, "approvers",
			   "%s line %d has the key of \"%s\": a key is one "
			   "person's",
			   n->text, number, other->name);
	++*count;
}

/* Faults are reported where the file is named. */
static void
check_lines(struct loader *l, const struct node *n, const char *text)
{
	struct signer *signers;
	size_t lines = 1, count = 0;
	int number = 0;

	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	signers = mem_new(lines, sizeof(*signers));
	while (*text != '\0') {
		size_t len = strcspn(text, "\n"), end = len;

		number++;
		if (end > 0 && text[end - 1] == '\r')
			end--;
		if (end > 0 && text[0] != '#')
			take_line(l, n, number, text, end, signers, &count);
		text += len + (text[len] == '\n');
	}
	if (count == 0)
		node_error(&l->s, n, "approvers", "%s names nobody", n->text);
	mem_free(signers);
}

void
approvers_read(struct loader *l, const struct node *n)
{
	char path[FS_PATH];
	struct err e;

	buf_init(&l->approvers, FILE_MOST);
	if (n == NULL || !named_path(l, n, path))
		return;
	if (fs_read(&l->approvers, path, FILE_MOST, &e) != ERR_NONE) {
		node_error(&l->s, n, "file", "%s", e.text);
		return;
	}
	named_note(l, n->text, &l->approvers);
	if (strlen(buf_str(&l->approvers)) != l->approvers.len)
		node_error(&l->s, n, "approvers", "%s holds a NUL", n->text);
	else
		check_lines(l, n, buf_str(&l->approvers));
	l->book->approvers = mem_text(buf_str(&l->approvers));
}
