/*
 * schema_bench - reading and judging a document, over cJSON reading it.
 *
 * Contact and call payloads of 1 kB and 100 kB: texts, whole numbers, words of
 * a list, patterns.  Verdicts come first: both documents are valid, and each
 * with one fault is not.  Times are CPU, the best of rounds taken turn by
 * turn.  Ends with 1 when a ratio passes its bound.
 */
#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "conf/jschema.h"

#define ROUNDS 40
#define ROUND_BYTES 4000000
#define RATIO_MOST 1.5
#define GROWTH_MOST 1.2

static const char schema_text[] =
	"{\"type\":\"object\",\"required\":[\"batch\",\"calls\"],"
	"\"properties\":{\"batch\":{\"type\":\"string\"},\"calls\":{"
	"\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":"
	"\"#/$defs/call\"}}},\"additionalProperties\":false,"
	"\"$defs\":{\"call\":{\"type\":\"object\",\"required\":[\"callId\","
	"\"contactId\",\"direction\",\"queueId\",\"startedAt\"],"
	"\"properties\":{\"callId\":{\"type\":\"string\",\"pattern\":"
	"\"^[0-9a-f]{8}-[0-9a-f]{4}$\"},\"contactId\":{\"type\":\"string\","
	"\"minLength\":6,\"maxLength\":40},\"direction\":{\"enum\":["
	"\"inbound\",\"outbound\"]},\"channel\":{\"enum\":[\"voice\",\"chat\","
	"\"email\",\"sms\"]},\"queueId\":{\"type\":\"string\"},"
	"\"startedAt\":{\"type\":\"string\",\"pattern\":"
	"\"^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\dT\"},\"durationMs\":{\"type\":"
	"\"integer\",\"minimum\":0},\"holdMs\":{\"type\":\"integer\","
	"\"minimum\":0,\"maximum\":3600000},\"score\":{\"type\":\"number\","
	"\"minimum\":0,\"maximum\":1},\"recorded\":{\"type\":\"boolean\"},"
	"\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":200},"
	"\"skills\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
	"\"maxItems\":8}},\"additionalProperties\":false}}}";

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
make_document(struct buf *out, size_t bytes)
{
	unsigned n = 0;

	buf_init(out, bytes * 2);
	buf_text(out, "{\"batch\":\"cutover-20241027\",\"calls\":[");
	do {
		buf_printf(out,
			   "%s{\"callId\":\"%08x-%04x\",\"contactId\":"
			   "\"CONTACT_%06u\",\"direction\":\"%s\",\"channel\":"
			   "\"voice\",\"queueId\":\"validation_queue_%u\","
			   "\"startedAt\":\"2024-10-27T02:%02u:%02u.000Z\","
			   "\"durationMs\":%u,\"holdMs\":%u,\"score\":0.%02u,"
			   "\"recorded\":%s,\"note\":%s,\"skills\":["
			   "\"Support_Tier%u\",\"Spanish\"]}",
			   n == 0 ? "" : ",", n * 2654435761u, n & 0xffff, n,
			   n % 2 ? "inbound" : "outbound", n % 7, n / 60 % 60,
			   n % 60, n * 977 % 600000, n * 31 % 90000, n % 100,
			   n % 3 ? "true" : "false",
			   n % 4 ? "null" : "\"caller asked for a call back\"",
			   n % 3);
		n++;
	} while (out->len + 340 < bytes);
	buf_text(out, "]}");
}

static bool
judge(const struct jschema *schema, struct jtree *doc, const char *text,
      size_t len)
{
	return jtree_read(doc, text, len) && jschema_judge(schema, doc, NULL);
}

/* Valid as it is, invalid with one letter of a name changed near its end. */
static void
check_verdicts(const struct jschema *schema, const struct buf *doc)
{
	struct jtree tree = { 0 };
	char *copy = strdup(buf_str(doc));
	char *last = NULL;

	for (char *p = copy; (p = strstr(p, "\"queueId\"")) != NULL; p++)
		last = p;
	if (!judge(schema, &tree, copy, doc->len)) {
		fprintf(stderr, "schema_bench: a valid document is refused\n");
		exit(1);
	}
	last[1] = 'Q';
	if (judge(schema, &tree, copy, doc->len)) {
		fprintf(stderr, "schema_bench: a fault is not seen\n");
		exit(1);
	}
	jtree_clear(&tree);
	free(copy);
}

struct cost {
	double ours, theirs; /* ns a byte */
};

static double
least(double a, double b)
{
	return a == 0 || b < a ? b : a;
}

static struct cost
measure(const struct jschema *schema, const struct buf *doc)
{
	size_t times = ROUND_BYTES / doc->len;
	double bytes = (double)(times * doc->len);
	struct cost c = { 0, 0 };

	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_s();

		for (size_t i = 0; i < times; i++) {
			struct jtree tree = { 0 };

			if (!judge(schema, &tree, buf_str(doc), doc->len))
				exit(1);
			jtree_clear(&tree);
		}
		c.ours = least(c.ours, (cpu_s() - start) * 1e9 / bytes);
		start = cpu_s();
		for (size_t i = 0; i < times; i++)
			cJSON_Delete(
				cJSON_ParseWithLength(buf_str(doc), doc->len));
		c.theirs = least(c.theirs, (cpu_s() - start) * 1e9 / bytes);
	}
	return c;
}

/* From the start of the process to its end, wall. */
static double
one_process_ms(const char *program, const char *schema, const char *doc)
{
	double best = 0;

	for (int i = 0; i < 20; i++) {
		struct timespec a, b;
		int status = -1;
		pid_t pid;

		clock_gettime(CLOCK_MONOTONIC, &a);
		pid = fork();
		if (pid == 0) {
			execl(program, program, "contract", schema, doc,
			      (char *)NULL);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
			fprintf(stderr, "schema_bench: %s contract failed\n",
				program);
			exit(1);
		}
		clock_gettime(CLOCK_MONOTONIC, &b);
		best = least(best,
			     (double)(b.tv_sec - a.tv_sec) * 1e3 +
				     (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	}
	return best;
}

static void
bench_process(const struct buf *doc)
{
	char dir[] = "/tmp/schema_bench.XXXXXX";
	char schema[64], file[64];
	const char *program = getenv("WARROOM");
	struct err e;

	if (program == NULL || mkdtemp(dir) == NULL)
		return;
	snprintf(schema, sizeof(schema), "%s/schema.json", dir);
	snprintf(file, sizeof(file), "%s/doc.json", dir);
	if (fs_write(schema, schema_text, sizeof(schema_text) - 1, 0600, &e) !=
		    ERR_NONE ||
	    fs_write(file, buf_str(doc), doc->len, 0600, &e) != ERR_NONE)
		exit(1);
	printf("one process, 100 kB                    %.1f ms\n",
	       one_process_ms(program, schema, file));
	unlink(schema);
	unlink(file);
	rmdir(dir);
}

int
main(void)
{
	static const size_t sizes[] = { 1000, 100000 };
	struct jschema *schema;
	struct cost cost[2];
	struct buf doc;
	struct err e;
	size_t at;
	bool good = true;

	if (jschema_compile(&schema, schema_text, sizeof(schema_text) - 1, NULL,
			    0, &at, &e) != ERR_NONE) {
		fprintf(stderr, "schema_bench: %s\n", e.text);
		return 1;
	}
	for (int i = 0; i < 2; i++) {
		make_document(&doc, sizes[i]);
		check_verdicts(schema, &doc);
		cost[i] = measure(schema, &doc);
		printf("%6zu bytes: read+judge %.2f ns/B, cJSON_Parse %.2f "
		       "ns/B, ratio %.2f (at most %.1f)\n",
		       doc.len, cost[i].ours, cost[i].theirs,
		       cost[i].ours / cost[i].theirs, RATIO_MOST);
		good = good && cost[i].ours <= RATIO_MOST * cost[i].theirs;
		if (i == 1)
			bench_process(&doc);
		buf_clear(&doc);
	}
	printf("a byte of 100 kB / a byte of 1 kB       %.2f (at most %.1f)\n",
	       cost[1].ours / cost[0].ours, GROWTH_MOST);
	good = good && cost[1].ours <= GROWTH_MOST * cost[0].ours;
	jschema_free(schema);
	return good ? 0 : 1;
}
