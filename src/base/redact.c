/* redact - secrets never leave the process: they are replaced by value. */
#include "base/redact.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define SHORTEST 6
#define CUT_LEAST 16 /* a beginning this long is that of no other word */

/* One spelling of a secret and what is written in its place. */
struct form {
	char *bytes;
	size_t len;
	char *shown; /* "[name]" */
};

/* Longest form first, so that a secret within a secret leaves no rest. */
struct redact_list {
	struct lock lock;
	struct form *forms;
	size_t count;
	atomic_bool used;	    /* read without the lock: anything known? */
	bool starts[UINT8_MAX + 1]; /* bytes some form begins with */
};

static struct redact_list list = { .lock = LOCK_STATIC };

/* Lock held. */
static void
add_form(const char *name, const char *bytes, size_t len)
{
	struct form f;
	size_t i;

	if (len < SHORTEST)
		return;
	for (i = 0; i < list.count; i++)
		if (list.forms[i].len == len &&
		    memcmp(list.forms[i].bytes, bytes, len) == 0)
			return;
	f.bytes = mem_text_n(bytes, len);
	f.len = len;
	f.shown = mem_new(strlen(name) + 3, 1);
	str_printf(f.shown, strlen(name) + 3, "[%s]", name);
	list.forms = mem_grow(list.forms, list.count + 1, sizeof(f));
	for (i = list.count; i > 0 && list.forms[i - 1].len < len; i--)
		list.forms[i] = list.forms[i - 1];
	list.forms[i] = f;
	list.count++;
	list.starts[(unsigned char)bytes[0]] = true;
}

static void
add_url_form(const char *name, const char *secret, const char *hex)
{
	size_t len = strlen(secret);
	char *out = mem_new(3 * len + 1, 1);
	size_t n = 0;

	for (const char *p = secret; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	add_form(name, out, n);
	explicit_bzero(out, n);
	mem_free(out);
}

/* How a JSON text spells it: quote and backslash escaped. */
static void
add_json_form(const char *name, const char *secret)
{
	size_t len = strlen(secret);
	char *out = mem_new(2 * len + 1, 1);
	size_t n = 0;

	for (const char *p = secret; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			out[n++] = '\\';
		out[n++] = *p;
	}
	add_form(name, out, n);
	explicit_bzero(out, n);
	mem_free(out);
}

/*
 * Base64 of "?secret", where `before` unknown bytes stand in front, as in
 * "user:secret".  Only the characters that depend on nothing but the secret
 * are kept; with nothing in front the padded whole is one more form.
 */
static void
add_base64_form(const char *name, const char *secret, size_t before,
		const char *digits)
{
	size_t len = strlen(secret);
	size_t bits = 8 * (before + len);
	size_t first = (8 * before + 5) / 6;
	char *out = mem_new(bits / 6 + 5, 1);
	size_t n = 0;

	for (size_t at = 0; at < bits; at += 6) {
		unsigned six = 0;

		for (size_t b = at; b < at + 6; b++) {
			size_t byte = b / 8;
			unsigned bit = 0;

			if (byte >= before && byte < before + len)
				bit = (unsigned char)secret[byte - before] >>
				      (7 - b % 8);
			six = six << 1 | (bit & 1);
		}
		out[n++] = digits[six];
	}
	if (before == 0) {
		size_t pads = (4 - n % 4) % 4;

		memcpy(out + n, "===", pads);
		add_form(name, out, n + pads);
		add_form(name, out, n);
	}
	n = bits / 6;
	if (n > first)
		add_form(name, out + first, n - first);
	explicit_bzero(out, bits / 6 + 5);
	mem_free(out);
}

void
redact_add(const char *name, const char *secret)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	static const char base64_url[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
		"nopqrstuvwxyz0123456789-_";

	assert(name != NULL && secret != NULL);
	if (strlen(secret) < SHORTEST)
		return;
	lock_take(&list.lock);
	add_form(name, secret, strlen(secret));
	add_url_form(name, secret, "0123456789ABCDEF");
	add_url_form(name, secret, "0123456789abcdef");
	add_json_form(name, secret);
	for (size_t before = 0; before < 3; before++) {
		add_base64_form(name, secret, before, base64);
		add_base64_form(name, secret, before, base64_url);
	}
	atomic_store(&list.used, true);
	lock_drop(&list.lock);
}

void
redact_forget_all(void)
{
	lock_take(&list.lock);
	for (size_t i = 0; i < list.count; i++) {
		explicit_bzero(list.forms[i].bytes, list.forms[i].len);
		mem_free(list.forms[i].bytes);
		mem_free(list.forms[i].shown);
	}
	mem_free(list.forms);
	list.forms = NULL;
	list.count = 0;
	memset(list.starts, 0, sizeof(list.starts));
	atomic_store(&list.used, false);
	lock_drop(&list.lock);
}

/* Is text[0..len) the beginning of the form, cut off by the end of a text? */
static bool
is_cut_off(const struct form *f, const char *text, size_t len)
{
	return len >= CUT_LEAST && len < f->len &&
	       memcmp(f->bytes, text, len) == 0;
}

/* The form that text[0..len) begins with, or all of it begins; NULL.  Lock
 * held. */
static const struct form *
form_at(const char *text, size_t len)
{
	if (!list.starts[(unsigned char)text[0]])
		return NULL;
	for (size_t i = 0; i < list.count; i++)
		if (list.forms[i].len <= len &&
		    memcmp(list.forms[i].bytes, text, list.forms[i].len) == 0)
			return &list.forms[i];
	for (size_t i = 0; i < list.count; i++)
		if (is_cut_off(&list.forms[i], text, len))
			return &list.forms[i];
	return NULL;
}

/* Writes the redacted text to `out`, at least `most` bytes of it when there are
 * as many; false when nothing of that had to change. */
static bool
rewrite(struct buf *out, const char *text, size_t len, size_t most)
{
	size_t kept = 0; /* text[kept..i) is still to be copied */
	bool changed = false;
	size_t i = 0;

	lock_take(&list.lock);
	while (i < len && out->len + (i - kept) < most) {
		const struct form *f = form_at(text + i, len - i);

		if (f == NULL) {
			i++;
			continue;
		}
		changed = true;
		buf_add(out, text + kept, i - kept);
		buf_text(out, f->shown);
		i += f->len < len - i ? f->len : len - i;
		kept = i;
	}
	lock_drop(&list.lock);
	if (changed)
		buf_add(out, text + kept, i - kept);
	return changed;
}

void
redact_buf(struct buf *b)
{
	struct buf out;
	bool was_cut = b->cut;

	if (!atomic_load(&list.used) || b->len == 0)
		return;
	buf_init(&out, b->cap);
	if (!rewrite(&out, b->data, b->len, SIZE_MAX)) {
		buf_clear(&out);
		return;
	}
	explicit_bzero(b->data, b->len);
	buf_clear(b);
	*b = out; /* over the cap it ends early and is `cut` */
	b->cut = b->cut || was_cut;
}

void
redact_text(char *text, size_t size)
{
	struct buf out;
	size_t len = strnlen(text, size);

	if (!atomic_load(&list.used) || len == 0)
		return;
	assert(len < size);
	/* Room for any growth: the cut to `size` comes last. */
	buf_init(&out, SIZE_MAX - 1);
	if (rewrite(&out, text, len, SIZE_MAX))
		str_copy(text, size, buf_str(&out));
	buf_clear(&out);
}

bool
redact_clean(char *to, size_t size, const char *bytes, size_t len)
{
	/* Cleaning may shorten, by a few accents and blanks; what is beyond is
	 * cut in any case. */
	const size_t most = 4 * size + 256;
	struct buf out;
	bool is_whole;

	if (!atomic_load(&list.used) || len == 0)
		return text_clean(to, size, bytes, len);
	buf_init(&out, SIZE_MAX - 1);
	if (rewrite(&out, bytes, len, most))
		is_whole = text_clean(to, size, buf_str(&out), out.len) &&
			   out.len < most;
	else /* what has not been looked at is not shown either */
		is_whole =
			text_clean(to, size, bytes, len < most ? len : most) &&
			len < most;
	buf_clear(&out);
	return is_whole;
}
