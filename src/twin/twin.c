/* twin - the staging platform as a process: its life from lock to end. */
#include "twin/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/sipmsg.h"
#include "twin/twin_dns.h"
#include "twin/twin_http.h"
#include "twin/twin_sip.h"

#define SERVICES_CAP 8192

#define AS_ROW(word, storms, limits, loses, stuck, lags, splits, help) \
	{ word, help },
const struct twin_scenario_row twin_scenarios[] = {
	SCENARIO_LIST(AS_ROW){ NULL, NULL },
};
#undef AS_ROW

/* Everything that is open while the twin lives. */
struct life {
	const struct twin_options *options;
	const struct scenario *scenario;
	char dir[FS_PATH]; /* absolute: others read it in services.json */
	char services[FS_PATH];
	char ca_file[FS_PATH];
	int lock_fd;
	int signal_fd;
	sigset_t old_mask;
	struct fence fence; /* open: the twin connects to nobody */
	struct site site;
	bool has_site;
	struct twin_certs certs;
	struct loop *loop;
	struct loop_watch *watches[3];
	struct twin_http *http;
	struct twin_sip *sip;
	struct twin_dns *dns;
};

static enum err_code
check_options(struct life *t, struct err *e)
{
	const struct twin_options *o = t->options;

	if (o->dir == NULL || o->dir[0] == '\0')
		return err_set(e, ERR_ARG, "the twin needs a folder");
	if (!(o->speed >= 0.1 && o->speed <= 1000))
		return err_set(e, ERR_ARG, "speed %g is not in 0.1..1000",
			       o->speed);
	return scenario_find(&t->scenario, o->scenario, e);
}

static enum err_code
name_files(struct life *t, char lock[FS_PATH], struct err *e)
{
	const char *dir = t->options->dir;
	char whole[PATH_MAX];

	if (realpath(dir, whole) == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", dir, strerror(errno));
	if (!str_copy(t->dir, sizeof(t->dir), whole) ||
	    !fs_join(t->services, whole, "services.json") ||
	    !fs_join(t->ca_file, whole, "ca.pem") ||
	    !fs_join(lock, whole, "twin.lock"))
		return err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
	return ERR_NONE;
}

/* One twin per folder; the lock goes with the process, however it ends. */
static enum err_code
take_folder(struct life *t, struct err *e)
{
	char path[FS_PATH];

	if (fs_make_dirs(t->options->dir, 0700, e) != ERR_NONE ||
	    name_files(t, path, e) != ERR_NONE)
		return e->code;
	t->lock_fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (t->lock_fd < 0)
		return err_set(e, ERR_SYSTEM, "%s: cannot open: %s", path,
			       strerror(errno));
	if (flock(t->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_NONE;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_HELD,
			       "%s: another twin serves this folder; use it "
			       "or stop it first",
			       t->options->dir);
	return err_set(e, ERR_SYSTEM, "%s: cannot lock: %s", path,
		       strerror(errno));
}

/* Signals to end become readable; threads made later inherit the mask. */
static enum err_code
take_signals(struct life *t, struct err *e)
{
	sigset_t ends;

	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, &t->old_mask);
	t->signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signal_fd < 0)
		return err_set(e, ERR_SYSTEM, "cannot watch signals: %s",
			       strerror(errno));
	return ERR_NONE;
}

static void
on_signal(void *ctx, short revents)
{
	struct life *t = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	if (read(t->signal_fd, &info, sizeof(info)) > 0)
		cancel_raise(&t->site.stop);
}

/* The loop looks at the stop token and at what is due after each round. */
static void
on_changed(void *ctx, short revents)
{
	struct life *t = ctx;

	(void)revents;
	wake_lower(&t->site.changed);
}

static void
on_stop(void *ctx, short revents)
{
	(void)ctx;
	(void)revents;
}

static enum err_code
open_loop(struct life *t, struct err *e)
{
	if (loop_new(&t->loop, &t->fence, e) != ERR_NONE)
		return e->code;
	t->watches[0] = loop_watch(t->loop, t->signal_fd, POLLIN, on_signal, t);
	t->watches[1] =
		loop_watch(t->loop, t->site.changed.fd, POLLIN, on_changed, t);
	t->watches[2] =
		loop_watch(t->loop, t->site.stop.wake.fd, POLLIN, on_stop, t);
	for (size_t i = 0; i < ARRAY_LEN(t->watches); i++)
		if (t->watches[i] == NULL)
			return err_set(e, ERR_SYSTEM,
				       "cannot watch the twin's descriptors");
	return ERR_NONE;
}

static enum err_code
make_certs(struct life *t, struct err *e)
{
	if (twin_certs_make(&t->certs, e) != ERR_NONE)
		return e->code;
	return fs_write(t->ca_file, t->certs.ca, strlen(t->certs.ca), 0644, e);
}

static void
put_address(struct jwriter *w, const char *key, const char *fmt_prefix,
	    int port, const char *tail)
{
	char text[128];

	str_printf(text, sizeof(text), "%s127.0.0.1:%d%s", fmt_prefix, port,
		   tail);
	jw_text(w, key, text);
}

static void
put_trunks(struct jwriter *w, const struct life *t, const char *key,
	   bool is_tls)
{
	jw_object(w, key);
	for (size_t i = 0; i < TWIN_TRUNKS; i++) {
		int port, tls_port;
		const char *trunk = twin_sip_trunk(t->sip, i, &port, &tls_port);

		put_address(w, trunk, "", is_tls ? tls_port : port, "");
	}
	jw_object_end(w);
}

static void
put_services(struct jwriter *w, const struct life *t)
{
	int port = twin_http_port(t->http);
	char seed[24];

	str_printf(seed, sizeof(seed), "%llu",
		   (unsigned long long)t->options->seed);
	jw_object(w, NULL);
	jw_int(w, "version", 1);
	jw_int(w, "pid", getpid());
	jw_raw(w, "seed", seed);
	jw_text(w, "scenario", t->scenario->name);
	put_address(w, "http", "http://", port, "");
	put_address(w, "token_url", "http://", port, "/oauth/token");
	put_address(w, "cloudflare", "http://", port, "/client/v4");
	put_address(w, "tls", "", twin_http_tls_port(t->http), "");
	jw_text(w, "ca_file", t->ca_file);
	put_address(w, "dns", "", twin_dns_port(t->dns), "");
	put_trunks(w, t, "sip", false);
	put_trunks(w, t, "sips", true);
	jw_object_end(w);
}

static enum err_code
write_services(const struct life *t, struct err *e)
{
	enum err_code code;
	struct jwriter w;
	struct buf out;

	buf_init(&out, SERVICES_CAP);
	jw_init(&w, &out);
	put_services(&w, t);
	buf_char(&out, '\n');
	if (out.cut)
		code = err_set(e, ERR_LIMIT, "%s: over %d bytes", t->services,
			       SERVICES_CAP);
	else
		code = fs_write(t->services, out.data, out.len, 0600, e);
	buf_clear(&out);
	return code;
}

static enum err_code
open_all(struct life *t, struct err *e)
{
	const struct twin_options *o = t->options;

	if (check_options(t, e) != ERR_NONE || take_folder(t, e) != ERR_NONE ||
	    take_signals(t, e) != ERR_NONE)
		return e->code;
	clock_set_speed(o->speed);
	sipmsg_setup();
	if (site_open(&t->site, t->dir, t->scenario, o->seed, e) != ERR_NONE)
		return e->code;
	t->has_site = true;
	if (make_certs(t, e) != ERR_NONE || open_loop(t, e) != ERR_NONE ||
	    twin_sip_open(&t->sip, &t->site, t->loop, &t->certs, e) !=
		    ERR_NONE ||
	    twin_dns_open(&t->dns, &t->site, t->loop, e) != ERR_NONE ||
	    twin_http_open(&t->http, &t->site, &t->certs, e) != ERR_NONE)
		return e->code;
	return write_services(t, e);
}

/* When to look again, in real microseconds, if nothing happens before. */
static int64_t
next_look_us(struct life *t)
{
	int64_t due_ms = site_settle(&t->site);
	int64_t until_us = INT64_MAX;

	if (due_ms != TWIN_NEVER)
		until_us = clock_real_us() +
			   1000LL * clock_real_wait_ms(due_ms - clock_ms());
	if (t->options->idle_ms > 0) {
		int64_t idle_us =
			site_used_us(&t->site) + 1000 * t->options->idle_ms;

		if (idle_us <= clock_real_us())
			cancel_raise(&t->site.stop);
		if (idle_us < until_us)
			until_us = idle_us;
	}
	return until_us;
}

static void
close_all(struct life *t)
{
	if (t->has_site)
		cancel_raise(&t->site.stop);
	twin_http_close(t->http);
	twin_dns_close(t->dns);
	twin_sip_close(t->sip);
	for (size_t i = 0; i < ARRAY_LEN(t->watches); i++)
		loop_watch_end(t->watches[i]);
	loop_free(t->loop);
	twin_certs_clear(&t->certs);
	if (t->has_site)
		site_close(&t->site);
	if (t->signal_fd >= 0) {
		close(t->signal_fd);
		sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
	}
	if (t->lock_fd >= 0)
		close(t->lock_fd);
}

enum err_code
twin_serve(const struct twin_options *o, struct err *e)
{
	struct life t = { .options = o, .lock_fd = -1, .signal_fd = -1 };
	enum err_code code = open_all(&t, e);

	if (code == ERR_NONE) {
		while (!cancel_is_raised(&t.site.stop)) {
			int64_t until_us = next_look_us(&t);

			if (!cancel_is_raised(&t.site.stop))
				loop_run(t.loop, until_us);
		}
		code = site_failure(&t.site, e);
		/* Nobody shall find a twin that is not there any more. */
		(void)unlink(t.services);
	}
	close_all(&t);
	return code;
}
