/*
 * twin_served - a twin that serves, in a child, with a folder of its own.
 *
 * The child dies with the test.  Requests go through net, as a console's do.
 */
#ifndef TESTS_UNIT_TWIN_SERVED_H
#define TESTS_UNIT_TWIN_SERVED_H

#include "tests/lib/test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/http.h"
#include "twin/twin.h"

#define START_MS 20000
#define END_MS 20000

struct served {
	char dir[FS_PATH];
	char services[FS_PATH];
	pid_t pid; /* 0: not running */
	char http[64];
	char token[96];
	struct http_answer answer; /* of the last request */
	struct json *json;	   /* its body, NULL when it is none */
};

static inline bool
served_is_there(void *arg)
{
	return fs_exists(((struct served *)arg)->services);
}

/* The text at `pointer` of services.json. */
static inline void
served_service(struct served *s, const char *pointer, char to[FS_PATH])
{
	char *text = test_file_read(s->services);
	struct json *doc;
	struct err e;

	assert_non_null(text);
	doc = json_parse(text, strlen(text), &e);
	to[0] = '\0';
	(void)json_scalar(json_at(doc, pointer), to, FS_PATH);
	assert_true(to[0] != '\0');
	json_free(doc);
	mem_free(text);
}

/* Serves in the folder of `s`. */
static inline void
served_run(struct served *s, struct twin_options o)
{
	pid_t parent = getpid();
	char http[FS_PATH];

	o.dir = s->dir;
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		struct err e = { .code = ERR_NONE };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			_exit((int)twin_serve(&o, &e));
		_exit(99);
	}
	assert_true(test_wait(served_is_there, s, START_MS));
	served_service(s, "/http", http);
	str_copy(s->http, sizeof(s->http), http);
}

static inline void
served_forget(struct served *s)
{
	http_answer_clear(&s->answer);
	json_free(s->json);
	s->json = NULL;
}

/* One request; its status, 0 when no answer came.  `key` "" sends none. */
static inline int
served_ask(struct served *s, const char *method, const char *path,
	   const char *body, const char *key)
{
	static const struct fence open;
	bool is_control = str_starts(path, "/twin/");
	char url[512];
	struct err e;
	struct http_request r = {
		.method = method,
		.url = url,
		.body = body[0] == '\0' ? NULL : body,
		.body_len = strlen(body),
		.bearer = is_control || s->token[0] == '\0' ? NULL : s->token,
		.basic = str_starts(path, "/oauth/") ? "a:b" : NULL,
		.timeout_ms = 10000,
		.mutates = !str_same(method, "GET"),
	};

	if (is_control)
		r.headers[0] = (struct http_header){ "X-Twin", "1" };
	else if (key[0] != '\0')
		r.headers[0] = (struct http_header){ "X-Idempotency-Key", key };
	served_forget(s);
	assert_true(str_printf(url, sizeof(url), "%s%s", s->http, path));
	(void)!http_do(&s->answer, &open, &r, -1, &e);
	if (s->answer.body.len > 0)
		s->json = json_parse(buf_str(&s->answer.body),
				     s->answer.body.len, &e);
	return s->answer.status;
}

static inline int
served_get(struct served *s, const char *path)
{
	return served_ask(s, "GET", path, "", "");
}

/* Is the scalar at `pointer` of the last answer `value`? */
static inline bool
served_says(struct served *s, const char *pointer, const char *value)
{
	char seen[256] = "-";

	(void)json_scalar(json_at(s->json, pointer), seen, sizeof(seen));
	return str_same(seen, value);
}

static inline void
served_log_in(struct served *s)
{
	s->token[0] = '\0';
	assert_int_equal(served_ask(s, "POST", "/oauth/token",
				    "grant_type=client_credentials", ""),
			 200);
	assert_true(str_copy(s->token, sizeof(s->token),
			     json_text_or(s->json, "access_token", "")));
	assert_true(served_says(s, "/expires_in", "86399"));
}

static inline void
served_begin(struct served *s, const char *scenario, double speed)
{
	*s = (struct served){ 0 };
	test_dir_make(s->dir);
	assert_true(fs_join(s->services, s->dir, "services.json"));
	buf_init(&s->answer.body, HTTP_BODY_CAP);
	served_run(s, (struct twin_options){ .scenario = scenario,
					     .seed = 7,
					     .speed = speed,
					     .idle_ms = 60000 });
	served_log_in(s);
}

/* Waits for the child to end by itself; its exit code. */
static inline bool
served_is_gone(void *arg)
{
	siginfo_t info = { 0 };
	struct served *s = arg;

	return waitid(P_PID, (id_t)s->pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == s->pid;
}

static inline int
served_wait(struct served *s)
{
	int status = 0;

	assert_true(test_wait(served_is_gone, s, END_MS));
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Stops it as a drill does and removes its folder. */
static inline void
served_end(struct served *s)
{
	if (s->pid != 0) {
		assert_int_equal(served_ask(s, "POST", "/twin/stop", "", ""),
				 200);
		assert_int_equal(served_wait(s), 0);
	}
	served_forget(s);
	test_dir_drop(s->dir);
}

#endif
