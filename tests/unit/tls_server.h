/*
 * tls_server - certificates of one night and openssl s_server, which knows
 * nothing of us and nothing of this process's OpenSSL configuration.
 */
#ifndef TESTS_UNIT_TLS_SERVER_H
#define TESTS_UNIT_TLS_SERVER_H

#include <stdlib.h>

#include "tests/lib/test.h"

#include "base/str.h"

static inline void
tls_server_shell(const char *line)
{
	const char *argv[] = { "sh", "-c", line, NULL };
	struct test_child c;
	char said[200];

	test_child_start(&c, argv, true);
	while (test_child_line(&c, said, sizeof(said), 20000))
		continue;
	assert_int_equal(test_child_wait(&c, 1000), 0);
	test_child_drop(&c);
}

/* An authority (ca) and what it signed: good for sbc.test, 127.0.0.1 and
 * 127.0.0.2, bare with a name in its CN alone, trunk for sip:sbc.test and
 * sip:longer.test; and self, by itself. */
static inline void
tls_server_certificates(const char *dir)
{
	char line[FS_PATH + 1500];

	str_printf(line, sizeof(line),
		   "unset OPENSSL_CONF; cd %s && "
		   "NEW='openssl req -x509 -newkey ec -pkeyopt "
		   "ec_paramgen_curve:P-256 -nodes -days 30' && "
		   "$NEW -subj /CN=ca -keyout ca.key -out ca.pem && "
		   "$NEW -CA ca.pem -CAkey ca.key -subj /CN=good -addext "
		   "subjectAltName=DNS:sbc.test,IP:127.0.0.1,IP:127.0.0.2 "
		   "-addext basicConstraints=CA:FALSE -keyout good.key -out "
		   "good.pem "
		   "&& $NEW -CA ca.pem -CAkey ca.key -subj /CN=sbc.test "
		   "-addext basicConstraints=CA:FALSE -keyout bare.key -out "
		   "bare.pem && "
		   "$NEW -CA ca.pem -CAkey ca.key -subj /CN=trunk -addext "
		   "subjectAltName=URI:sip:sbc.test,URI:sip:longer.test "
		   "-addext basicConstraints=CA:FALSE -keyout trunk.key -out "
		   "trunk.pem && "
		   "$NEW -subj /CN=self -addext subjectAltName=IP:127.0.0.1 "
		   "-keyout self.key -out self.pem",
		   dir);
	tls_server_shell(line);
}

/* Where they are; what a group of tests begins and ends with.  Whoever needs
 * the folder before that makes it. */
static char tls_dir[FS_PATH];

static inline int
tls_server_group(void **state)
{
	TEST_UNUSED(state);
	if (tls_dir[0] == '\0')
		test_dir_make(tls_dir);
	tls_server_certificates(tls_dir);
	return 0;
}

static inline int
tls_server_group_end(void **state)
{
	TEST_UNUSED(state);
	test_dir_drop(tls_dir);
	return 0;
}

struct tls_server {
	struct test_child child;
	int port;
};

/* `at` is where it listens, port 0 the kernel's choice; `who` names the files;
 * `options` are words of s_server's command line. */
static inline void
tls_server_start(struct tls_server *s, const char *dir, const char *at,
		 const char *who, const char *options)
{
	char line[2 * FS_PATH];
	const char *argv[] = { "sh", "-c", line, NULL };
	const char *colon = NULL;

	str_printf(line, sizeof(line),
		   "unset OPENSSL_CONF; cd %s && exec openssl s_server "
		   "-accept %s -cert %s.pem -key %s.key %s",
		   dir, at, who, who, options);
	test_child_start(&s->child, argv, true);
	s->port = 0;
	while (s->port == 0) {
		assert_true(
			test_child_line(&s->child, line, sizeof(line), 10000));
		colon = strrchr(line, ':');
		if (!str_starts(line, "ACCEPT"))
			continue;
		if (colon == NULL) /* not of its choice: it says nothing */
			colon = strrchr(at, ':');
		s->port = (int)strtol(colon + 1, NULL, 10);
	}
}

#endif
