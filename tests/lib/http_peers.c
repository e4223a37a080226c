/* http_peers - nginx and blackbox_exporter for the HTTP benches. */
#include "tests/lib/http_peers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

#define START_TRIES 500 /* of 10 ms */

struct blackbox {
	char url[64];
	pid_t pid;
};

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "http_peers: %s\n", what);
	exit(1);
}

static struct sockaddr_in
loopback(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return at;
}

/* One that the kernel has just given out. */
static int
free_port(void)
{
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		give_up("no port");
	close(fd);
	return ntohs(at.sin_port);
}

static int
port_of(const char *url)
{
	return atoi(strrchr(url, ':') + 1);
}

static int
call(int port)
{
	struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
await_port(int port, const char *who)
{
	for (int i = 0; i < START_TRIES; i++) {
		int fd = call(port);

		if (fd >= 0) {
			close(fd);
			return;
		}
		usleep(10000);
	}
	give_up(who);
}

void
http_peers_pin(unsigned which)
{
	cpu_set_t set;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	CPU_ZERO(&set);
	CPU_SET(which, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static pid_t
start(const char *const argv[], const char *log, unsigned processor)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	http_peers_pin(processor);
	if (freopen(log, "a", stdout) != NULL)
		dup2(STDOUT_FILENO, STDERR_FILENO);
	/* execvp() does not change the strings; its type is older than const */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	str_printf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		give_up("cannot write a file of the bench");
}

static void
make_certificates(struct http_peers *p)
{
	char line[1400];

	str_printf(p->bundle, sizeof(p->bundle), "%s/bundle.pem", p->dir);
	str_printf(line, sizeof(line),
		   "cd %s && exec >certificates.log 2>&1 && "
		   "NEW='openssl req -x509 -newkey ec -pkeyopt "
		   "ec_paramgen_curve:P-256 -nodes -days 30' && "
		   "$NEW -keyout ca.key -out ca.pem -subj /CN=bench-ca && "
		   "$NEW -CA ca.pem -CAkey ca.key -keyout host.key "
		   "-out host.pem -subj /CN=127.0.0.1 -addext "
		   "subjectAltName=IP:127.0.0.1 -addext "
		   "basicConstraints=critical,CA:FALSE && "
		   "cat /etc/ssl/certs/ca-certificates.crt ca.pem >bundle.pem",
		   p->dir);
	if (system(line) != 0) /* constants and a folder of ours */
		give_up("openssl made no certificates");
}

static void
write_nginx(const struct http_peers *p)
{
	static const char body[] =
		"{\"queue\":{\"name\":\"voice-eu\",\"waiting\":4,"
		"\"answered\":412,\"abandoned\":3,\"service_level\":0.981},"
		"\"region\":\"eu-central-1\",\"healthy\":true}";
	char text[4000];

	str_printf(
		text, sizeof(text),
		"daemon off; master_process off; pid nginx.pid;\n"
		"error_log error.log;\n"
		"events { worker_connections 16384; }\n"
		"http { access_log off; default_type application/json;\n"
		"keepalive_requests 100000000;\n"
		"client_body_temp_path t1; proxy_temp_path t2;\n"
		"fastcgi_temp_path t3; uwsgi_temp_path t4;\n"
		"scgi_temp_path t5;\n"
		"server { listen 127.0.0.1:%d backlog=8192;\n"
		"location /fresh { keepalive_timeout 0; return 200 '%s'; }\n"
		"location /kept { keepalive_timeout 600; return 200 '%s'; }\n"
		"location = /count { stub_status; }\n"
		"}\n"
		"server { listen 127.0.0.1:%d ssl backlog=8192;\n"
		"ssl_certificate host.pem; ssl_certificate_key host.key;\n"
		"ssl_session_cache off; ssl_session_tickets off;\n"
		"location / { keepalive_timeout 0; return 200 '%s'; }\n"
		"} }\n",
		port_of(p->url), body, body, port_of(p->tls_url), body);
	write_file(p->dir, "nginx.conf", text);
}

struct http_peers *
http_peers_start(void)
{
	struct http_peers *p = mem_new(1, sizeof(*p));
	const char *base = getenv("TMPDIR");
	char conf[256], log[256], prefix[256];
	const char *const argv[] = { "nginx", "-p", prefix, "-c", conf, NULL };

	str_printf(p->dir, sizeof(p->dir), "%s/warroom-bench-XXXXXX",
		   base == NULL ? "/tmp" : base);
	if (mkdtemp(p->dir) == NULL)
		give_up("no folder");
	str_printf(p->url, sizeof(p->url), "http://127.0.0.1:%d", free_port());
	str_printf(p->tls_url, sizeof(p->tls_url), "https://127.0.0.1:%d",
		   free_port());
	make_certificates(p);
	write_nginx(p);
	str_printf(prefix, sizeof(prefix), "%s/", p->dir);
	str_printf(conf, sizeof(conf), "%s/nginx.conf", p->dir);
	str_printf(log, sizeof(log), "%s/nginx.log", p->dir);
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	p->pid = start(argv, log, 0);
	await_port(port_of(p->url), "nginx did not start");
	return p;
}

static void
end_process(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

void
http_peers_stop(struct http_peers *p)
{
	char line[256];

	end_process(p->pid);
	str_printf(line, sizeof(line), "rm -rf %s", p->dir);
	(void)!system(line);
	mem_free(p);
}

double
http_peers_count(const struct http_peers *p)
{
	static const char ask[] = "GET /count HTTP/1.0\r\n\r\n";
	int fd = call(port_of(p->url));
	double accepts, handled, requests;
	char text[1024] = "";
	size_t len = 0;
	ssize_t n;
	const char *at;

	if (fd < 0 || write(fd, ask, sizeof(ask) - 1) < 0)
		give_up("nginx does not answer");
	while (len < sizeof(text) - 1 &&
	       (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	at = strstr(text, "requests\n");
	if (at == NULL ||
	    sscanf(at + 9, "%lf %lf %lf", &accepts, &handled, &requests) != 3)
		give_up("nginx counts in words we do not know");
	return requests - 1;
}

struct blackbox *
blackbox_start(const struct http_peers *p, const char *ca_file)
{
	struct blackbox *x = mem_new(1, sizeof(*x));
	char conf[256], log[256], config[300], listen[80], text[700];
	const char *const argv[] = { "prometheus-blackbox-exporter", config,
				     listen, "--log.level=error", NULL };

	str_printf(text, sizeof(text),
		   "modules:\n  m:\n    prober: http\n    timeout: 5s\n"
		   "    http:\n      preferred_ip_protocol: ip4\n"
		   "      fail_if_body_not_matches_regexp: [waiting]\n"
		   "%s%s\n",
		   ca_file == NULL ? ""
				   : "      tls_config:\n        ca_file: ",
		   ca_file == NULL ? "" : ca_file);
	write_file(p->dir, "blackbox.yml", text);
	str_printf(conf, sizeof(conf), "%s/blackbox.yml", p->dir);
	str_printf(log, sizeof(log), "%s/blackbox.log", p->dir);
	str_printf(config, sizeof(config), "--config.file=%s", conf);
	str_printf(x->url, sizeof(x->url), "http://127.0.0.1:%d", free_port());
	str_printf(listen, sizeof(listen), "--web.listen-address=127.0.0.1:%d",
		   port_of(x->url));
	x->pid = start(argv, log, 1);
	await_port(port_of(x->url), "blackbox_exporter did not start");
	return x;
}

const char *
blackbox_url(const struct blackbox *x)
{
	return x->url;
}

double
blackbox_cpu_s(const struct blackbox *x)
{
	unsigned long user = 0, kernel = 0;
	char path[64], text[1024] = "";
	const char *at;
	ssize_t n;
	int fd;

	str_printf(path, sizeof(path), "/proc/%d/stat", (int)x->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	at = n <= 0 ? NULL : strrchr(text, ')');
	if (at == NULL ||
	    sscanf(at + 2,
		   "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		   &kernel) != 2)
		give_up("blackbox_exporter has gone");
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

void
blackbox_stop(struct blackbox *x)
{
	end_process(x->pid);
	mem_free(x);
}
