/* lint - files that people might write, and what is said about them. */
#include "tests/lib/lint.h"

#include "tests/lib/test.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/kinds.h"

static void
write_bytes(const char *path, const char *bytes, size_t len)
{
	struct err e = { 0 };

	CHECK_OK(fs_write(path, bytes, len, 0600, &e), &e);
}

void
lint_bytes(const char *name, const char *bytes, size_t len, struct findings *f)
{
	char dir[FS_PATH], path[FS_PATH];
	enum err_code code;
	struct err e = { 0 };

	test_dir_make(dir);
	assert_true(fs_join(path, dir, name));
	write_bytes(path, bytes, len);
	code = conf_check(path, &test_kinds, f, &e);
	assert_int_equal(code, f->errors > 0 ? ERR_INPUT : ERR_NONE);
	test_dir_drop(dir);
}

void
lint_text(const char *name, const char *text, struct findings *f)
{
	lint_bytes(name, text, strlen(text), f);
}

void
lint_book(struct book **out, const char *text, const char *manifest,
	  struct findings *f)
{
	char dir[FS_PATH], path[FS_PATH];
	enum err_code code;
	struct err e = { 0 };

	test_dir_make(dir);
	if (manifest != NULL) {
		assert_true(fs_join(path, dir, "rollback.json"));
		write_bytes(path, manifest, strlen(manifest));
	}
	assert_true(fs_join(path, dir, "book.yaml"));
	write_bytes(path, text, strlen(text));
	code = conf_load_book(out, path, &test_kinds, f, &e);
	assert_int_equal(code, f->errors > 0 ? ERR_INPUT : ERR_NONE);
	assert_true((*out == NULL) == (f->errors > 0));
	test_dir_drop(dir);
}

char *
lint_replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct buf b;

	if (at == NULL)
		fail_msg("the case replaces \"%s\", which is not there", from);
	buf_init(&b, 1 << 20);
	buf_add(&b, text, (size_t)(at - text));
	buf_text(&b, to);
	buf_text(&b, at + strlen(from));
	assert_false(b.cut);
	return buf_detach(&b);
}

bool
lint_found(const struct findings *f, const char *at, const char *rule,
	   const char *part)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->items[i];
		char place[32];

		str_printf(place, sizeof(place), "%d:%d", one->line,
			   one->column);
		if (strcmp(place, at) == 0 && strcmp(one->rule, rule) == 0 &&
		    strstr(one->text, part) != NULL)
			return true;
	}
	return false;
}

static void
print(const struct findings *f)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	findings_print(&b, f);
	print_error("%s", buf_str(&b));
	buf_clear(&b);
}

bool
lint_holds(const struct lint_case *c, const struct findings *f)
{
	if (lint_found(f, c->at, c->rule, c->part) &&
	    f->errors + f->warnings == 1)
		return true;
	print(f);
	print_error("%s: wanted one finding, %s [%s] \"%s\"\n", c->what, c->at,
		    c->rule, c->part);
	return false;
}

void
lint_run(const struct lint_case *cases, size_t count, const char *name,
	 const char *text)
{
	size_t failed = 0;

	for (size_t i = 0; i < count; i++) {
		char *changed = lint_replace(text, cases[i].from, cases[i].to);
		struct findings f = { 0 };

		lint_text(name, changed, &f);
		failed += !lint_holds(&cases[i], &f);
		findings_clear(&f);
		mem_free(changed);
	}
	assert_int_equal(failed, 0);
}

void
lint_expect_none(const struct findings *f)
{
	if (f->errors + f->warnings == 0)
		return;
	print(f);
	fail_msg("wanted no finding");
}
