/* program - a program of people's own, run by an act. */
#include "action/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

#define LEAST_MS 1000 /* real; a fast drill must not cut shorter */
#define GRACE_MS 5000
#define WORDS_MOST 256
#define SHOWN_CAP 65536
#define SAID 150 /* bytes of its output that a detail has room for */

static const char *const given[] = { "PATH", "LANG", "HOME" };

static void
add(char ***list, size_t *count, char *text)
{
	*list = mem_grow(*list, *count + 2, sizeof(char *));
	(*list)[(*count)++] = text;
	(*list)[*count] = NULL;
}

void
program_add(struct program *p, const char *word)
{
	add(&p->argv, &p->argc, mem_text(word));
}

void
program_give(struct program *p, const char *name, const char *value)
{
	size_t len = strlen(name);
	struct buf b;

	buf_init(&b, SHOWN_CAP);
	buf_printf(&b, "%s=%s", name, value);
	for (size_t i = 0; i < p->envc; i++)
		if (strncmp(p->env[i], name, len) == 0 &&
		    p->env[i][len] == '=') {
			mem_free(p->env[i]);
			p->env[i] = buf_detach(&b);
			return;
		}
	add(&p->env, &p->envc, buf_detach(&b));
}

static void
add_name(struct program *p, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		program_give(p, name, value);
}

/* Each text of a list. */
static enum err_code
read_list(const char *list, struct program *p,
	  void (*take)(struct program *p, const char *text), struct err *e)
{
	struct json *doc = json_parse(list, strlen(list), e);

	if (doc == NULL)
		return e->code;
	if (json_count(doc) > WORDS_MOST) {
		json_free(doc);
		return err_set(e, ERR_LIMIT, "more than %d words", WORDS_MOST);
	}
	for (const struct json *v = json_first(doc); v != NULL;
	     v = json_next(v))
		take(p, json_text(v) != NULL ? json_text(v) : "");
	json_free(doc);
	return ERR_NONE;
}

enum err_code
program_read(struct program *out, const char *argv, const char *names,
	     struct err *e)
{
	*out = (struct program){ .grace_ms = GRACE_MS };
	for (size_t i = 0; i < ARRAY_LEN(given); i++)
		add_name(out, given[i]);
	if (read_list(argv, out, program_add, e) != ERR_NONE)
		return e->code;
	if (out->argc == 0 || out->argv[0][0] != '/')
		return err_set(e, ERR_ARG,
			       "the program must be named by its whole path");
	return names == NULL ? ERR_NONE : read_list(names, out, add_name, e);
}

enum err_code
program_read_done(struct program *p, const char *list, struct err *e)
{
	struct json *doc = json_parse(list, strlen(list), e);
	int64_t code;

	if (doc == NULL)
		return e->code;
	for (const struct json *v = json_first(doc); v != NULL;
	     v = json_next(v))
		if (p->done_count < PROGRAM_CODES && json_text(v) != NULL &&
		    str_to_int(json_text(v), &code) && code >= 0 && code <= 255)
			p->done[p->done_count++] = (int)code;
	json_free(doc);
	return ERR_NONE;
}

bool
program_is_done(const struct program *p, int code)
{
	for (size_t i = 0; i < p->done_count; i++)
		if (p->done[i] == code)
			return true;
	return false;
}

void
program_clear(struct program *p)
{
	for (size_t i = 0; i < p->argc; i++)
		mem_free(p->argv[i]);
	for (size_t i = 0; i < p->envc; i++)
		mem_free(p->env[i]);
	mem_free(p->argv);
	mem_free(p->env);
	*p = (struct program){ 0 };
}

enum err_code
program_check(const struct program *p, const struct action_env *env,
	      struct err *e)
{
	struct stat st;

	if (fence_check_program(env->fence, p->argv[0], e) != ERR_NONE)
		return e->code;
	if (stat(p->argv[0], &st) != 0)
		return err_set(e, ERR_ABSENT, "%.120s: %s", p->argv[0],
			       strerror(errno));
	if (!S_ISREG(st.st_mode) || access(p->argv[0], X_OK) != 0)
		return err_set(e, ERR_ABSENT, "%.120s is no program we may run",
			       p->argv[0]);
	return ERR_NONE;
}

enum err_code
program_run(struct process_end *out, const struct program *p, struct work *w,
	    struct err *e)
{
	bool is_wanted = work_hold(w);
	int ms = clock_real_wait_ms(work_left_us(w) / 1000);
	const struct process_order order = {
		.argv = (const char *const *)p->argv,
		.env = (const char *const *)p->env,
		.until_real_us = clock_real_us() +
				 (ms < LEAST_MS ? LEAST_MS : ms) * 1000LL,
		.folder = p->folder,
		.grace_ms = p->grace_ms,
		.cancel = w->cancel,
		.keep = PROGRAM_KEPT,
	};

	*out = (struct process_end){ .code = -1 };
	if (!is_wanted) {
		out->how = PROCESS_CANCELLED;
		return ERR_NONE;
	}
	if (program_check(p, w->env, e) != ERR_NONE ||
	    process_run(out, &order, e) != ERR_NONE)
		return e->code;
	redact_buf(&out->output);
	return ERR_NONE;
}

/* The end of what it said, on one line, beginning with a whole word. */
static void
last_words(const struct buf *output, char *to, size_t size)
{
	const char *text = buf_str(output);
	size_t len = output->len, from;

	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	from = len > SAID ? len - SAID : 0;
	if (from > 0) {
		size_t next = strcspn(text + from, " \n");

		if (from + next < len)
			from += next + 1;
	}
	text_clean(to, size, text + from, len - from);
}

void
program_words(const struct process_end *end, char *to, size_t size)
{
	static const char *const how[] = {
		[PROCESS_EXITED] = "exit",
		[PROCESS_SIGNALLED] = "ended by signal",
		[PROCESS_LATE] = "its time was over",
		[PROCESS_CANCELLED] = "cancelled",
	};
	char said[SAID + 64];
	size_t used;

	last_words(&end->output, said, sizeof(said));
	if (end->how == PROCESS_EXITED || end->how == PROCESS_SIGNALLED)
		str_printf(to, size, "%s %d", how[end->how], end->code);
	else
		str_printf(to, size, "%s", how[end->how]);
	/* What still runs is of more weight than words. */
	used = strlen(to);
	if (end->left_count > 0)
		str_printf(to + used, size - used,
			   "; left behind and %s: %.70s",
			   end->is_left ? "not to be killed" : "killed",
			   end->left);
	used = strlen(to);
	if (said[0] != '\0')
		str_printf(to + used, size - used, ": %s", said);
}

enum action_landed
program_landed(const struct program *p, struct work *w, char *why, size_t size)
{
	enum action_landed found = LANDED_UNCLEAR;
	struct process_end end;
	struct err e;

	if (program_run(&end, p, w, &e) == ERR_NONE) {
		program_words(&end, why, size);
		if (end.how == PROCESS_EXITED && end.code == 0)
			found = LANDED_YES;
		else if (end.how == PROCESS_EXITED && end.code == 1)
			found = LANDED_NO;
	} else {
		str_copy(why, size, e.text);
	}
	buf_clear(&end.output);
	return found;
}

void
program_show(const struct program *p, const char *before,
	     struct action_plan *out)
{
	struct buf b;

	buf_init(&b, SHOWN_CAP);
	buf_text(&b, before);
	for (size_t i = 0; i < p->argc; i++) {
		bool is_plain = p->argv[i][0] != '\0' &&
				strpbrk(p->argv[i], " \t\n'\"") == NULL;

		buf_printf(&b, is_plain ? " %s" : " '%s'", p->argv[i]);
	}
	request_add_line(out, buf_str(&b), 3);
	buf_clear(&b);
}

void
program_digest(const struct program *p, char out[DIGEST_HEX])
{
	struct stat st = { 0 };
	struct buf b;

	buf_init(&b, SHOWN_CAP * 16);
	for (size_t i = 0; i < p->argc; i++)
		buf_add(&b, p->argv[i], strlen(p->argv[i]) + 1);
	for (size_t i = 0; i < p->envc; i++)
		buf_add(&b, p->env[i], strlen(p->env[i]) + 1);
	if (p->argc > 0 && stat(p->argv[0], &st) == 0)
		buf_printf(&b, "%lld %lld.%09ld", (long long)st.st_size,
			   (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	digest_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
}
