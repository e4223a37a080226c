/* bind - the twin found or started, and the book pointed at it. */
#include "cli/bind.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/fsio.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/address.h"
#include "net/http.h"

#define SERVICES_CAP 65536
#define START_US 20000000LL
#define LOOK_AGAIN_US 5000
#define ASK_MS 5000
#define TWIN_NAMES 12

extern char **environ;

static enum err_code
read_services(const char *dir, struct json **out, struct err *e)
{
	char path[FS_PATH];
	struct buf text;

	*out = NULL;
	if (!fs_join(path, dir, "services.json"))
		return err_set(e, ERR_ARG, "%s: path too long", dir);
	if (fs_read(&text, path, SERVICES_CAP, e) == ERR_NONE)
		*out = json_parse(buf_str(&text), text.len, e);
	buf_clear(&text);
	return *out != NULL ? ERR_NONE : e->code;
}

/* "http://127.0.0.1:81/x" -> "127.0.0.1:81"; host:port stays. */
static void
host_of(char to[FENCE_HOST], const char *address)
{
	const char *host = strstr(address, "://");

	host = host != NULL ? host + 3 : address;
	str_copy_n(to, FENCE_HOST, host, strcspn(host, "/"));
}

/* A twin serves on loopback alone; what its file says otherwise is none. */
static bool
is_of_twin(const char *address)
{
	char text[FENCE_HOST], host[FENCE_HOST];
	struct err ignored;
	int port;

	host_of(text, address);
	return address_split(text, 80, host, sizeof(host), &port, &ignored) ==
		       ERR_NONE &&
	       address_is_loopback(host);
}

/* One control call; the answer's JSON or NULL. */
static struct json *
ask_twin(const char *dir, const char *method, const char *path)
{
	struct json *services, *doc = NULL;
	struct err e = { .code = ERR_NONE };
	struct http_answer a;
	char url[256];
	const struct fence open = { 0 };
	const struct http_request r = {
		.method = method,
		.url = url,
		.headers = { { "X-Twin", "1" } },
		.timeout_ms = ASK_MS,
	};

	if (read_services(dir, &services, &e) != ERR_NONE)
		return NULL;
	str_printf(url, sizeof(url), "%s%s", json_text_or(services, "http", ""),
		   path);
	json_free(services);
	if (is_of_twin(url) && http_do(&a, &open, &r, -1, &e) == ERR_NONE &&
	    a.status == 200)
		doc = json_parse(buf_str(&a.body), a.body.len, &e);
	http_answer_clear(&a);
	return doc;
}

static bool
is_alive(const char *dir)
{
	struct json *hello = ask_twin(dir, "GET", "/twin/hello");
	bool alive = hello != NULL;

	json_free(hello);
	return alive;
}

/* Of our environment it gets what its own process is run by, and none of the
 * secrets that a console is started with. */
static void
twin_environment(char *to[TWIN_NAMES + 1])
{
	static const char *const names[] = {
		"PATH",		 "HOME",
		"LANG",		 "LC_ALL",
		"LC_CTYPE",	 "TZ",
		"TMPDIR",	 "LD_LIBRARY_PATH",
		"ASAN_OPTIONS",	 "LSAN_OPTIONS",
		"UBSAN_OPTIONS", "TSAN_OPTIONS",
	};
	size_t count = 0;

	static_assert(ARRAY_LEN(names) == TWIN_NAMES, "one place for each");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i]);

		for (char **v = environ; *v != NULL; v++)
			if (strncmp(*v, names[i], len) == 0 &&
			    (*v)[len] == '=') {
				to[count++] = *v;
				break;
			}
	}
	to[count] = NULL;
}

/* A session of its own, no terminal, its words in DIR/twin.log. */
static enum err_code
spawn_twin(const struct twin_start *t, pid_t *pid, struct err *e)
{
	char exe[] = "/proc/self/exe", seed[32], speed[32], log[FS_PATH];
	char dir[FS_PATH], scenario[FS_PATH];
	char *const argv[] = { "warroom",    "twin",   "--dir",	 dir,
			       "--scenario", scenario, "--seed", seed,
			       "--speed",    speed,    NULL };
	char *given[TWIN_NAMES + 1];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int failure;

	str_copy(dir, sizeof(dir), t->dir);
	str_copy(scenario, sizeof(scenario), t->scenario);
	str_printf(seed, sizeof(seed), "%" PRIu64, t->seed);
	str_number(speed, sizeof(speed), t->speed);
	if (!fs_join(log, t->dir, "twin.log"))
		return err_set(e, ERR_ARG, "%s: path too long", t->dir);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, log,
					 O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	twin_environment(given);
	failure = posix_spawn(pid, exe, &files, &attr, argv, given);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (failure != 0)
		return err_set(e, ERR_SYSTEM, "cannot start the twin: %s",
			       strerror(failure));
	return ERR_NONE;
}

enum err_code
bind_find_twin(const struct twin_start *t, bool *found, struct err *e)
{
	int64_t until_us = clock_real_us() + START_US;
	char path[FS_PATH];
	pid_t pid;

	*found = is_alive(t->dir);
	if (*found)
		return ERR_NONE;
	if (fs_make_dirs(t->dir, 0700, e) != ERR_NONE)
		return e->code;
	if (fs_join(path, t->dir, "services.json"))
		unlink(path); /* of a twin that is gone */
	if (spawn_twin(t, &pid, e) != ERR_NONE)
		return e->code;
	while (clock_real_us() < until_us) {
		if (fs_exists(path) && is_alive(t->dir))
			return ERR_NONE;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return err_set(e, ERR_SYSTEM,
				       "the twin ended at once: see "
				       "%s/twin.log",
				       t->dir);
		usleep(LOOK_AGAIN_US);
	}
	/* Nobody could speak to it, nor stop it by a word. */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err_set(e, ERR_TIMEOUT,
		       "the twin did not come up: see %s/twin.log", t->dir);
}

static void
put(char **where, const char *text)
{
	mem_free(*where);
	*where = mem_text(text);
}

/* The address the twin gives an endpoint, or NULL. */
static const char *
twin_address(const struct json *services, const struct book_endpoint *ep)
{
	if (strcmp(ep->adapter, "sip") == 0)
		return json_text_or(
			json_get(services, strcmp(ep->transport, "tls") == 0
						   ? "sips"
						   : "sip"),
			ep->id, NULL);
	if (strcmp(ep->adapter, "dns") == 0 ||
	    strcmp(ep->adapter, "tls") == 0 ||
	    strcmp(ep->adapter, "cloudflare") == 0)
		return json_text_or(services, ep->adapter, NULL);
	return json_text_or(services, "http", NULL);
}

static enum err_code
bind_endpoint(struct book_endpoint *ep, const struct json *services,
	      struct err *e)
{
	const char *address = twin_address(services, ep);
	char url[256];

	if (address == NULL)
		return err_set(e, ERR_INPUT,
			       "endpoint %s (adapter %s): the twin has "
			       "nothing like it; a drill cannot reach it",
			       ep->id, ep->adapter);
	if (!is_of_twin(address) ||
	    (ep->token_url != NULL &&
	     !is_of_twin(json_text_or(services, "token_url", ""))))
		return err_set(e, ERR_INPUT,
			       "endpoint %s: services.json leads to another "
			       "host; a drill reaches the twin alone",
			       ep->id);
	if (ep->region[0] != '\0' && str_starts(address, "http")) {
		str_printf(url, sizeof(url), "%s/regions/%s", address,
			   ep->region);
		address = url;
	}
	put(&ep->url, address);
	if (ep->token_url != NULL)
		put(&ep->token_url, json_text_or(services, "token_url", ""));
	if (ep->secret_env != NULL || ep->secret_file != NULL)
		put(&ep->secret, "drill-secret");
	put(&ep->name, NULL); /* the twin's certificate is for its address */
	if (strcmp(ep->adapter, "tls") == 0 ||
	    strcmp(ep->transport, "tls") == 0)
		put(&ep->ca_file, json_text_or(services, "ca_file", ""));
	return ERR_NONE;
}

static void
allow(struct fence *fence, const char *address)
{
	char text[FENCE_HOST];

	host_of(text, address);
	fence_allow(fence, text);
}

enum err_code
bind_to_twin(const char *dir, struct book *book, struct fence *fence,
	     struct err *e)
{
	struct json *services;

	if (read_services(dir, &services, e) != ERR_NONE)
		return e->code;
	book->is_drill = true;
	if (is_of_twin(json_text_or(services, "http", "")))
		allow(fence, json_text_or(services, "http", ""));
	for (size_t i = 0; i < book->endpoint_count; i++) {
		struct book_endpoint *ep = &book->endpoints[i];

		if (bind_endpoint(ep, services, e) != ERR_NONE)
			break;
		allow(fence, ep->url);
	}
	for (size_t i = 0; i < book->staging_count; i++)
		fence_allow(fence, book->staging_hosts[i]);
	for (size_t i = 0; i < book->staging_program_count; i++)
		fence_allow_program(fence, book->staging_programs[i]);
	json_free(services);
	return e->code;
}

int64_t
bind_fault_wall_ms(const char *dir)
{
	struct json *state = ask_twin(dir, "GET", "/twin/state");
	const char *at = json_text_or(state, "fault_at", "");
	int64_t wall_ms = -1;

	if (!clock_parse(at, &wall_ms))
		wall_ms = -1;
	json_free(state);
	return wall_ms;
}

void
bind_stop_twin(const char *dir)
{
	json_free(ask_twin(dir, "POST", "/twin/stop"));
}
