/*
 * net against servers of others: named answers DNS, sipp answers SIP.
 *
 * Each test is skipped where its server is not installed.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "net/dns.h"
#include "net/sip.h"

static const struct fence open_fence;

static bool
has_program(const char *name)
{
	const char *argv[] = { "sh", "-c", NULL, NULL };
	char line[100];
	struct test_child c;
	int status;

	str_printf(line, sizeof(line), "command -v %s >/dev/null", name);
	argv[2] = line;
	test_child_start(&c, argv, false);
	status = test_child_wait(&c, 5000);
	test_child_drop(&c);
	return status == 0;
}

static void
write_in(const char *dir, const char *name, const char *text)
{
	char path[FS_PATH];

	assert_true(fs_join(path, dir, name));
	test_file_write(path, text);
}

/* One TXT set that does not fit a datagram, beside ordinary records. */
static void
write_zone(const char *dir)
{
	char zone[8192];
	char text[200];
	size_t len;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	str_printf(zone, sizeof(zone),
		   "$TTL 300\n"
		   "@ SOA ns hostmaster 2026112001 3600 600 86400 60\n"
		   "@ NS ns\nns A 127.0.0.1\n"
		   "sip 60 A 192.0.2.11\nsip 60 A 192.0.2.10\n"
		   "alias CNAME sip\n"
		   "_sip._udp SRV 10 20 5060 sip\n"
		   "@ NAPTR 50 50 \"s\" \"SIP+D2U\" \"\" _sip._udp\n");
	for (int i = 0; i < 10; i++) {
		len = strlen(zone);
		str_printf(zone + len, sizeof(zone) - len,
			   "long TXT \"%d%s\"\n", i, text);
	}
	write_in(dir, "zone", zone);
}

static int
free_port(void)
{
	int port;

	close(test_listen_tcp(&port));
	return port;
}

static bool
is_up(void *arg)
{
	struct dns_answer a;
	struct err e;

	return dns_do(&a, &open_fence, arg, "example.test", "SOA", 200, -1,
		      &e) == ERR_NONE &&
	       a.count == 1;
}

static void
start_named(struct test_child *c, const char *dir, char *server, size_t size)
{
	char conf[3 * FS_PATH];
	char path[FS_PATH];
	const char *argv[] = { "named", "-g", "-c", path, NULL };
	int port = free_port();

	write_zone(dir);
	str_printf(conf, sizeof(conf),
		   "options { directory \"%s\"; pid-file none;\n"
		   "listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };\n"
		   "recursion no; dnssec-validation no; };\n"
		   "controls { };\n"
		   "zone \"example.test\" { type primary; file \"zone\"; };\n",
		   dir, port);
	write_in(dir, "named.conf", conf);
	assert_true(fs_join(path, dir, "named.conf"));
	str_printf(server, size, "127.0.0.1:%d", port);
	test_child_start(c, argv, true);
	assert_true(test_wait(is_up, server, 15000));
}

static void
named_is_understood_by_udp_and_tcp(void **state)
{
	static const struct {
		const char *name, *type;
		int count, rcode;
		const char *first;
		int64_t ttl_s;
	} rows[] = {
		{ "sip.example.test", "A", 2, 0, "192.0.2.10", 60 },
		{ "alias.example.test", "A", 2, 0, "192.0.2.10", 60 },
		{ "alias.example.test", "CNAME", 1, 0, "sip.example.test.",
		  300 },
		{ "_sip._udp.example.test", "SRV", 1, 0,
		  "10 20 5060 sip.example.test.", 300 },
		{ "example.test", "NAPTR", 1, 0,
		  "50 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.test.", 300 },
		{ "long.example.test", "TXT", 10, 0, "\"0xxx", 300 },
		{ "nobody.example.test", "A", 0, 3, NULL, -1 },
		{ "sip.example.test", "AAAA", 0, 0, NULL, -1 },
		{ "elsewhere.test", "A", 0, 5, NULL, -1 },
	};
	struct test_child named;
	char dir[FS_PATH];
	char server[40];

	TEST_UNUSED(state);
	if (!has_program("named"))
		skip();
	test_dir_make(dir);
	start_named(&named, dir, server, sizeof(server));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_answer a;
		struct err e;

		CHECK_OK(dns_do(&a, &open_fence, server, rows[i].name,
				rows[i].type, 3000, -1, &e),
			 &e);
		CHECK_ROW(rows[i].name, a.count == rows[i].count);
		CHECK_ROW(rows[i].name, a.rcode == rows[i].rcode);
		CHECK_ROW(rows[i].name, a.ttl_s == rows[i].ttl_s);
		CHECK_ROW(rows[i].name, a.authoritative == (a.rcode != 5));
		if (rows[i].first != NULL)
			CHECK_HOLDS(a.values[0], rows[i].first);
	}
	test_child_drop(&named);
	test_dir_drop(dir);
}

static const char scenario[] =
	"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n"
	"<scenario name=\"options\">\n"
	"<recv request=\"OPTIONS\" crlf=\"true\"></recv>\n"
	"<send><![CDATA[\n"
	"SIP/2.0 200 OK\n"
	"[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n"
	"[last_Call-ID:]\n[last_CSeq:]\n"
	"Allow: INVITE, ACK, BYE, OPTIONS\n"
	"Content-Length: 0\n\n"
	"]]></send>\n"
	"</scenario>\n";

struct seen {
	struct sip_result result;
	bool is_done;
};

static void
note(void *ctx, const struct sip_result *result)
{
	struct seen *s = ctx;

	s->result = *result;
	s->is_done = true;
}

/* sipp takes a while to open its port: the first ones may be refused. */
static bool
has_answered(void *arg)
{
	struct seen s = { 0 };
	struct sip_call *call;
	struct loop *l;
	struct err e;

	CHECK_OK(loop_new(&l, &open_fence, &e), &e);
	CHECK_OK(sip_options_start(&call, l,
				   &(struct sip_target){ .where = arg,
							 .timeout_ms = 2000 },
				   note, &s, &e),
		 &e);
	CHECK_OK(loop_run_until(l, &s.is_done, -1, clock_real_us() + 4000000,
				&e),
		 &e);
	loop_free(l);
	return s.result.code == ERR_NONE && s.result.status == 200 &&
	       s.result.strays == 0;
}

static void
sipp_answers_our_options(void **state)
{
	char path[FS_PATH];
	char dir[FS_PATH];
	char port[8];
	char where[40];
	const char *argv[] = { "sipp", "-sf", path,	  "-i", "127.0.0.1",
			       "-p",   port,  "-nostdin", NULL };
	struct test_child sipp;

	TEST_UNUSED(state);
	if (!has_program("sipp"))
		skip();
	test_dir_make(dir);
	write_in(dir, "options.xml", scenario);
	assert_true(fs_join(path, dir, "options.xml"));
	str_printf(port, sizeof(port), "%d", free_port());
	str_printf(where, sizeof(where), "127.0.0.1:%s", port);
	test_child_start(&sipp, argv, true);
	assert_true(test_wait(has_answered, where, 10000));
	for (int i = 0; i < 20; i++)
		assert_true(has_answered(where));
	test_child_drop(&sipp);
	test_dir_drop(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_is_understood_by_udp_and_tcp),
		cmocka_unit_test(sipp_answers_our_options),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
