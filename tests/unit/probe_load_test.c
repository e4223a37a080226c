/* probe_load - results of load tests, from the files their tools wrote. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/probe_case.h"

static const char *const facts[] = { "attempts", "success_percent",
				     "failed",	 "p95_ms",
				     "peak_cps", "peak_sessions",
				     NULL };

struct row {
	const char *what, *text;
	const char *want[6];
};

/* One measurement of a file of that text; `age_s` is that of the file. */
struct load_case {
	char dir[FS_PATH], path[FS_PATH];
	struct scene scene;
	const struct probe_report *report;
};

static void
load_open(struct load_case *c, const char *tool, const char *max_age)
{
	struct book_probe *probe;
	char book[FS_PATH];

	test_dir_make(c->dir);
	assert_true(fs_join(c->path, c->dir, "result"));
	scene_open(&c->scene);
	assert_true(fs_join(book, c->dir, "book.yaml"));
	str_copy(c->scene.book->path, sizeof(c->scene.book->path), book);
	probe = scene_probe(&c->scene, "one", "load");
	probe->every_ms = 3600000;
	scene_set(probe, "file", "result");
	scene_set(probe, "tool", tool);
	scene_set(probe, "max_age", max_age);
	for (size_t i = 0; facts[i] != NULL; i++)
		scene_signal(probe, facts[i], facts[i]);
	scene_signal(probe, "age_seconds", "age_seconds");
}

static void
load_look(struct load_case *c, int nth)
{
	if (c->scene.poller == NULL)
		scene_start(&c->scene);
	poller_now(c->scene.poller, "one");
	c->report = scene_wait(&c->scene, "one", nth);
}

static void
load_close(struct load_case *c)
{
	scene_close(&c->scene);
	test_dir_drop(c->dir);
}

/* As case_check(). */
static void
load_check(const struct load_case *c, const char *what, const char *fact,
	   const char *want)
{
	struct probe_case view = { .report = c->report };

	case_check(&view, what, fact, want);
}

static void
check_rows(const char *tool, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct load_case c;

		load_open(&c, tool, "15m");
		test_file_write(c.path, rows[i].text);
		load_look(&c, 0);
		for (size_t f = 0; facts[f] != NULL; f++)
			if (rows[i].want[f] != NULL)
				load_check(&c, rows[i].what, facts[f],
					   rows[i].want[f]);
		load_close(&c);
	}
}

#define HEAD                                                                 \
	"StartTime;CurrentTime;ElapsedTime(P);CallRate(P);TotalCallCreated;" \
	"CurrentCall;SuccessfulCall(C);FailedCall(C);"                       \
	"ResponseTimeRepartition1;ResponseTimeRepartition1_<10;"             \
	"ResponseTimeRepartition1_<50;ResponseTimeRepartition1_>=50;\n"

/* A line of sipp's now: period, rate, created, current, good, failed, buckets.
 */
static const char *
line(const char *rest)
{
	static char lines[8][300];
	static int next;
	char *to = lines[next++ % 8];
	double now_s = (double)clock_wall_ms() / 1000;

	str_printf(to, sizeof(lines[0]),
		   "2026-11-20\t02:00:00.000000\t%.6f;"
		   "2026-11-20\t02:00:00.000000\t%.6f;%s\n",
		   now_s, now_s, rest);
	return to;
}

static const char *
lines(const char *head, const char *one, const char *two)
{
	static char texts[16][2000];
	static int next;
	char *to = texts[next++ % 16];

	str_printf(to, sizeof(texts[0]), "%s%s%s", head, one, two);
	return to;
}

static void
the_last_line_of_sipp_is_the_result_and_all_have_the_peaks(void **state)
{
	const char *first = line("00:00:01;40.5;41;9;30;2;;38;2;0;");
	const struct row rows[] = {
		{ "two periods",
		  lines(HEAD, first, line("00:00:01;20;100;0;98;2;;90;10;0;")),
		  { "100", "98", "2", "50", "40.5", "9" } },
		{ "most in the first bucket",
		  lines(HEAD, first, line("00:00:01;20;100;0;100;0;;95;5;0;")),
		  { "100", "100", "0", "10", "40.5", "9" } },
		{ "beyond the highest bucket nothing is known",
		  lines(HEAD, first, line("00:00:01;20;100;0;100;0;;90;4;6;")),
		  { "100", "100", "0", "? beyond its buckets", NULL, NULL } },
		{ "a rate over an instant is none",
		  lines(HEAD, first, line("00:00:00;900;100;0;98;2;;1;0;0;")),
		  { "100", "98", "2", "10", "40.5", "9" } },
		{ "calls under way are not judged",
		  lines(HEAD, "", line("00:00:01;40;41;9;31;1;;0;0;0;")),
		  { "41", "96.875", "1", "? ", "40", "9" } },
		{ "no call has ended",
		  lines(HEAD, "", line("00:00:01;40;9;9;0;0;;0;0;0;")),
		  { "9", "? no data: no finished attempts", "0", NULL, NULL,
		    NULL } },
		{ "a header only",
		  HEAD,
		  { "? no data: a header only", "? ", "? ", "? ", "? ",
		    "? " } },
		{ "empty", "", { "? no data: the file is empty", "? " } },
		{ "cut within a line",
		  lines(HEAD, first, "2026-11-20\t02"),
		  { "? truncated: the last line", "? " } },
		{ "cut at a separator",
		  lines(HEAD, first, "2026-11-20;\n"),
		  { "? truncated: line 3 has 2 of 13", "? " } },
		{ "more ended than were made",
		  lines(HEAD, "", line("00:00:01;40;10;0;31;1;;0;0;0;")),
		  { "? line 2 holds no such figures", "? " } },
		{ "a negative count",
		  lines(HEAD, "", line("00:00:01;40;10;0;-1;1;;0;0;0;")),
		  { "? line 2 holds no such figures", "? " } },
		{ "another tool's file",
		  "a,b\n1,2\n",
		  { "? no statistics of sipp: no column", "? " } },
	};

	TEST_UNUSED(state);
	check_rows("sipp", rows, ARRAY_LEN(rows));
}

/* As --summary-export writes it, and as handleSummary() has it. */
#define EXPORT                                                                \
	"{\"metrics\":{\"http_reqs\":{\"count\":2000,\"rate\":66.6},"         \
	"\"http_req_failed\":{\"passes\":10,\"fails\":1990,\"value\":0.005}," \
	"\"http_req_duration\":{\"avg\":80,\"p(90)\":90,\"p(95)\":120.5},"    \
	"\"vus_max\":{\"value\":50,\"min\":50,\"max\":50}},"                  \
	"\"root_group\":{\"name\":\"\"}}"
#define SUMMARY                                                                \
	"{\"metrics\":{\"http_reqs\":{\"type\":\"counter\",\"contains\":"      \
	"\"default\",\"values\":{\"count\":2000,\"rate\":66.6}},"              \
	"\"http_req_failed\":{\"type\":\"rate\",\"values\":{\"rate\":0.005,"   \
	"\"passes\":10,\"fails\":1990}},\"http_req_duration\":{\"type\":"      \
	"\"trend\",\"values\":{\"avg\":80,\"p(95)\":120.5}},\"vus_max\":{"     \
	"\"type\":\"gauge\",\"values\":{\"value\":50,\"min\":50,\"max\":50}}}" \
	","                                                                    \
	"\"state\":{\"testRunDurationMs\":30000}}"

static void
both_summaries_of_k6_say_the_same(void **state)
{
	static const struct row rows[] = {
		{ "--summary-export",
		  EXPORT,
		  { "2000", "99.5", "10", "120.5", "? does not say", "50" } },
		{ "handleSummary()",
		  SUMMARY,
		  { "2000", "99.5", "10", "120.5", "? does not say", "50" } },
		{ "checks where nothing is HTTP",
		  "{\"metrics\":{\"iterations\":{\"count\":40},\"checks\":{"
		  "\"passes\":39,\"fails\":1},\"iteration_duration\":{"
		  "\"p(95)\":900}}}",
		  { "40", "97.5", "1", "900", "? ", "? " } },
		{ "failures are not said",
		  "{\"metrics\":{\"http_reqs\":{\"count\":5}}}",
		  { "5", "? does not say", "? ", "? ", "? ", "? " } },
		{ "no requests at all",
		  "{\"metrics\":{}}",
		  { "? no data: neither", "? ", "? ", "? ", "? ", "? " } },
		{ "a negative count",
		  "{\"metrics\":{\"http_reqs\":{\"count\":-5}}}",
		  { "? no data", "? " } },
		{ "no metrics",
		  "{\"root_group\":{}}",
		  { "? no summary of k6", "? " } },
		{ "cut",
		  "{\"metrics\":{\"http_reqs\":{\"cou",
		  { "? truncated or no JSON", "? " } },
		{ "empty", "", { "? no data: the file is empty", "? " } },
	};

	TEST_UNUSED(state);
	check_rows("k6", rows, ARRAY_LEN(rows));
}

#define JTL                                                                \
	"timeStamp,elapsed,label,responseCode,responseMessage,threadName," \
	"success,allThreads\n"

static const char *
jtl(const char *rows)
{
	static char texts[16][2000];
	static int next;
	char *to = texts[next++ % 16];
	size_t len = 0;

	str_printf(to, sizeof(texts[0]), "%s", JTL);
	for (len = strlen(to); *rows != '\0' && len + 32 < 2000; rows++) {
		if (*rows == '@') {
			str_printf(to + len, 2000 - len, "%lld",
				   (long long)(clock_wall_ms() / 1000 * 1000 -
					       2000));
			len += strlen(to + len);
		} else {
			to[len++] = *rows;
			to[len] = '\0';
		}
	}
	return to;
}

static void
each_line_of_jmeter_is_a_sample(void **state)
{
	const struct row rows[] = {
		{ "three and one that failed",
		  jtl("@,100,a,200,OK,t 1,true,1\n@,200,a,200,OK,t 1,true,4\n"
		      "@,300,a,200,OK,t 1,true,3\n"
		      "1795100000000,40,a,500,No,t 1,false,2\n"),
		  { "4", "75", "1", "300", "3", "4" } },
		{ "quotes, commas and lines within a field",
		  jtl("@,100,\"a,\"\"b\"\"\nc\",200,OK,t,true,1\r\n"
		      "@,100,a,200,OK,t,false,1\r\n"),
		  { "2", "50", "1", "100", "2", "1" } },
		{ "cut within a line",
		  jtl("@,100,a,200,OK,t,true,1\n@,1"),
		  { "? truncated: the last line", "? " } },
		{ "cut within quotes",
		  jtl("@,100,\"a,200,OK,t,true,1\n"),
		  { "? truncated or damaged behind sample 0", "? " } },
		{ "a line without all fields",
		  jtl("@,100,a,200,OK,t,true,1\n@,1\n"),
		  { "? truncated or damaged behind sample 1", "? " } },
		{ "neither true nor false",
		  jtl("@,100,a,200,OK,t,maybe,1\n"),
		  { "? damaged", "? " } },
		{ "a time in words",
		  jtl("2026/11/20 02:00:00,100,a,200,OK,t,true,1\n"),
		  { "? damaged", "? " } },
		{ "a header only", JTL, { "? no data: no samples", "? " } },
		{ "XML",
		  "<?xml version=\"1.0\"?>\n<testResults>\n",
		  { "? a JTL in XML: set", "? " } },
		{ "another file", "a,b\n", { "? no JTL of JMeter", "? " } },
		{ "empty", "", { "? no data: the file is empty", "? " } },
	};

	TEST_UNUSED(state);
	check_rows("jmeter", rows, ARRAY_LEN(rows));
}

/* A long file: what its end says, with the header of its beginning. */
static void
of_a_long_file_the_end_is_read(void **state)
{
	struct load_case c;
	FILE *f;

	TEST_UNUSED(state);
	load_open(&c, "jmeter", "15m");
	f = fopen(c.path, "we");
	assert_non_null(f);
	fputs(JTL, f);
	for (int i = 0; i < 150000; i++)
		fprintf(f, "%lld,%d,\"a\nb\",200,OK,t,true,7\n",
			(long long)clock_wall_ms() - 1000, i % 100);
	assert_int_equal(fclose(f), 0);
	load_look(&c, 0);
	load_check(&c, "all succeeded", "success_percent", "100");
	load_check(&c, "the threads", "peak_sessions", "7");
	assert_true(scene_sample(c.report, "attempts")->value.number < 150000);
	assert_true(scene_sample(c.report, "attempts")->value.number > 80000);
	CHECK_HOLDS(scene_sample(c.report, "attempts")->why,
		    "of the end of a long file");
	load_close(&c);
}

static void
an_old_result_is_stale_and_a_new_one_is_seen(void **state)
{
	const struct timespec old[2] = {
		{ .tv_sec = clock_wall_ms() / 1000 - 1000 },
		{ .tv_sec = clock_wall_ms() / 1000 - 1000 },
	};
	struct load_case c;

	TEST_UNUSED(state);
	load_open(&c, "k6", "15m");
	test_file_write(c.path, EXPORT);
	assert_int_equal(utimensat(AT_FDCWD, c.path, old, 0), 0);
	load_look(&c, 0);
	load_check(&c, "old", "attempts", "? stale: measured 16m 40s ago");
	load_check(&c, "old", "age_seconds", "? stale");
	test_file_write(c.path, "{\"metrics\":{\"http_reqs\":{\"count\":7}}}");
	load_look(&c, 1);
	load_check(&c, "new", "attempts", "7");
	assert_int_equal(unlink(c.path), 0);
	load_look(&c, 2);
	load_check(&c, "gone", "attempts", "? there is no such file");
	assert_int_equal(mkfifo(c.path, 0600), 0);
	load_look(&c, 3);
	load_check(&c, "a FIFO", "attempts", "? no regular file");
	assert_int_equal(unlink(c.path), 0);
	assert_int_equal(symlink("/etc/passwd", c.path), 0);
	load_look(&c, 4);
	load_check(&c, "a link", "attempts", "? is a link");
	load_close(&c);
}

static void
sipp_s_age_is_that_of_its_last_line(void **state)
{
	char text[2000];
	struct load_case c;

	TEST_UNUSED(state);
	load_open(&c, "sipp", "15m");
	str_printf(text, sizeof(text),
		   HEAD "x;2026-11-20\t02:00:00\t%.3f;00:00:01;"
			"1;1;0;1;0;;1;0;0;\n",
		   (double)clock_wall_ms() / 1000 - 2000);
	test_file_write(c.path, text);
	load_look(&c, 0);
	load_check(&c, "a copy of an old file", "attempts", "? stale");
	str_printf(text, sizeof(text),
		   HEAD "x;2026-11-20\t02:00:00\t%.3f;00:00:01;"
			"1;1;0;1;0;;1;0;0;\n",
		   (double)clock_wall_ms() / 1000 + 2000);
	test_file_write(c.path, text);
	load_look(&c, 1);
	load_check(&c, "of tomorrow", "attempts", "? in the future");
	load_close(&c);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_of_sipp_is_the_result_and_all_have_the_peaks),
		cmocka_unit_test(both_summaries_of_k6_say_the_same),
		cmocka_unit_test(each_line_of_jmeter_is_a_sample),
		cmocka_unit_test(of_a_long_file_the_end_is_read),
		cmocka_unit_test(an_old_result_is_stale_and_a_new_one_is_seen),
		cmocka_unit_test(sipp_s_age_is_that_of_its_last_line),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
