/*
 * sip_bench - OPTIONS of ours beside sipp's against the same responder.
 *
 * Flat out: answered transactions per CPU second.  Paced at 200 a second: CPU
 * of a thousand, and the median round trip beside a raw socket's.  The
 * responder, a process of its own, counts what it answered; sipp ends well
 * only when every call was answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/sip.h"
#include "tests/lib/bench.h"

#define FLAT 40000
#define IN_FLIGHT 100
#define PACED 1000
#define RATE 200
#define ROUNDS 3

extern char **environ;

static const struct fence open_fence;
static atomic_int *answered; /* by the responder */
static char where[40];
static int port;

static const char scenario[] =
	"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n"
	"<scenario name=\"options\">\n"
	"<send retrans=\"500\"><![CDATA[\n"
	"OPTIONS sip:[remote_ip]:[remote_port] SIP/2.0\n"
	"Via: SIP/2.0/[transport] "
	"[local_ip]:[local_port];branch=[branch];rport\n"
	"Max-Forwards: 70\n"
	"From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]\n"
	"To: <sip:[remote_ip]:[remote_port]>\n"
	"Call-ID: [call_id]\n"
	"CSeq: 1 OPTIONS\n"
	"Contact: <sip:sipp@[local_ip]:[local_port]>\n"
	"Accept: application/sdp\n"
	"Content-Length: 0\n\n]]></send>\n"
	"<recv response=\"200\"/>\n"
	"</scenario>\n";

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

/* Copies one header line to *to. */
static void
copy_line(char **to, const char *in, const char *name)
{
	const char *at = strstr(in, name);
	size_t len;

	if (at == NULL)
		return;
	len = strcspn(at, "\n") + 1;
	memcpy(*to, at, len);
	*to += len;
}

static void
respond(int fd)
{
	static const char *const names[] = { "Via:", "From:", "To:", "Call-ID:",
					     "CSeq:" };
	struct sockaddr_in from;
	char in[4096], out[4400];

	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, in, sizeof(in) - 1, 0,
				     (struct sockaddr *)&from, &from_len);
		char *end = out;

		if (n <= 0)
			continue;
		in[n] = '\0';
		end += sprintf(end, "SIP/2.0 200 OK\r\n");
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			copy_line(&end, in, names[i]);
		end += sprintf(end, "Allow: OPTIONS, INVITE, ACK, BYE\r\n"
				    "Content-Length: 0\r\n\r\n");
		(void)sendto(fd, out, (size_t)(end - out), 0,
			     (struct sockaddr *)&from, from_len);
		atomic_fetch_add(answered, 1);
	}
}

static pid_t
start_responder(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int size = 4 << 20;
	pid_t pid;

	answered = mmap(NULL, sizeof(*answered), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (answered == MAP_FAILED || fd < 0 ||
	    bind(fd, (struct sockaddr *)&at, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		die("responder");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	port = ntohs(at.sin_port);
	str_printf(where, sizeof(where), "127.0.0.1:%d", port);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		respond(fd);
	close(fd);
	return pid;
}

struct run {
	struct loop *loop;
	int started, done, good, wanted;
	double rtt_us[FLAT];
};

static struct run run;
static void on_answer(void *ctx, const struct sip_result *r);

static void
ask(void *ctx)
{
	const struct sip_target t = { .where = where, .timeout_ms = 5000 };
	struct sip_call *call;
	struct err e;

	(void)ctx;
	run.started++;
	if (sip_options_start(&call, run.loop, &t, on_answer, NULL, &e) !=
	    ERR_NONE)
		die(e.text);
}

static void
count(const struct sip_result *r)
{
	run.good += r->code == ERR_NONE && r->status == 200;
	run.rtt_us[run.done++] = (double)r->rtt_us;
}

static bool is_flat;

static void
on_answer(void *ctx, const struct sip_result *r)
{
	(void)ctx;
	count(r);
	if (is_flat && run.started < run.wanted)
		ask(NULL);
}

/* CPU seconds of `wanted` transactions of ours; all must be answered. */
static double
ours(int wanted, bool flat)
{
	struct err e;
	double cpu_s;
	int64_t start_us = clock_real_us();

	is_flat = flat;
	run.started = run.done = run.good = 0;
	run.wanted = wanted;
	if (loop_new(&run.loop, &open_fence, &e) != ERR_NONE)
		die(e.text);
	cpu_s = bench_cpu_s();
	for (int i = 0; flat && i < IN_FLIGHT; i++)
		ask(NULL);
	for (int i = 0; !flat && i < wanted; i++)
		(void)loop_at(run.loop, start_us + i * (1000000LL / RATE), ask,
			      NULL);
	while (run.done < wanted)
		loop_run(run.loop, clock_real_us() + 1000000);
	cpu_s = bench_cpu_s() - cpu_s;
	loop_free(run.loop);
	if (run.good != wanted) {
		printf("only %d of ours were answered\n", run.good);
		exit(2);
	}
	return cpu_s;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* CPU seconds of sipp's; exits when it failed. */
static double
theirs(const char *file, int wanted, const char *rate)
{
	char total[16], limit[16];
	char *argv[] = { (char *)"sipp",     where,
			 (char *)"-sf",	     (char *)file,
			 (char *)"-i",	     (char *)"127.0.0.1",
			 (char *)"-m",	     total,
			 (char *)"-l",	     limit,
			 (char *)"-r",	     (char *)rate,
			 (char *)"-nostdin", (char *)"-timeout",
			 (char *)"60",	     NULL };
	posix_spawn_file_actions_t files;
	struct rusage used;
	int status;
	pid_t pid;

	str_printf(total, sizeof(total), "%d", wanted);
	str_printf(limit, sizeof(limit), "%d", IN_FLIGHT);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	if (posix_spawnp(&pid, "sipp", &files, NULL, argv, environ) != 0) {
		printf("sipp is not installed\n");
		exit(77);
	}
	posix_spawn_file_actions_destroy(&files);
	if (wait4(pid, &status, 0, &used) != pid || status != 0) {
		printf("sipp did not end well: %d\n", status);
		exit(2);
	}
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/* The round trip of a bare socket at the same pace. */
static double
raw_p50_us(void)
{
	static double rtt_us[PACED];
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[600], reply[4096];
	int64_t start_us;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("raw");
	str_printf(text, sizeof(text),
		   "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
		   "127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
		   "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n");
	start_us = clock_real_us();
	for (int i = 0; i < PACED; i++) {
		int64_t at_us = start_us + i * (1000000LL / RATE);
		int64_t wait_us = at_us - clock_real_us();
		int64_t sent_us;

		if (wait_us > 0)
			usleep((useconds_t)wait_us);
		sent_us = clock_real_us();
		if (send(fd, text, strlen(text), 0) < 0 ||
		    recv(fd, reply, sizeof(reply), 0) < 0)
			die("raw");
		rtt_us[i] = (double)(clock_real_us() - sent_us);
	}
	close(fd);
	return bench_median(rtt_us, PACED);
}

static void
measure(const char *file)
{
	double flat[ROUNDS], paced[ROUNDS], p50[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double our_s = ours(FLAT, true);
		double their_s = theirs(file, FLAT, "200000");

		flat[i] = their_s / our_s;
		bench_note("ours flat out, per CPU-s", FLAT / our_s, "");
		bench_note("sipp flat out, per CPU-s", FLAT / their_s, "");
		our_s = ours(PACED, false);
		p50[i] = bench_median(run.rtt_us, PACED) / raw_p50_us();
		their_s = theirs(file, PACED, "200");
		paced[i] = our_s / their_s;
		bench_note("ours paced, CPU of 1000", our_s * 1000, "ms");
		bench_note("sipp paced, CPU of 1000", their_s * 1000, "ms");
	}
	bench_at_least("OPTIONS per CPU-s, ours over sipp",
		       bench_median(flat, ROUNDS), 1.0);
	bench_at_most("CPU of 1000 paced, ours over sipp",
		      bench_median(paced, ROUNDS), 1.0);
	bench_at_most("p50 paced, ours over a raw socket",
		      bench_median(p50, ROUNDS), 2.0);
}

int
main(void)
{
	char file[] = "/tmp/sip_bench.XXXXXX";
	int fd = mkstemp(file);
	pid_t responder;
	int expected = ROUNDS * 2 * (FLAT + PACED);
	int code;

	if (fd < 0 || write(fd, scenario, strlen(scenario)) < 0)
		die(file);
	close(fd);
	net_setup();
	responder = start_responder();
	measure(file);
	kill(responder, SIGKILL);
	(void)waitpid(responder, NULL, 0);
	unlink(file);
	code = bench_end();
	if (atomic_load(answered) < expected) {
		printf("the responder answered %d, not %d\n",
		       atomic_load(answered), expected);
		code = 2;
	}
	return code;
}
