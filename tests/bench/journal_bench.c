/*
 * journal_bench - what the journal costs over the bare calls, and what a fold
 * costs.  Prints ratios and times per record; run it twice, machines drift.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "journal/journal.h"
#include "model/room.h"
#include "tests/lib/books.h"

#define APPENDS 400
#define FOLDED 1000000

static void
must(enum err_code code, const struct err *e)
{
	if (code == ERR_NONE)
		return;
	fprintf(stderr, "journal_bench: %s\n", e->text);
	exit(1);
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
make_sample(struct record *r, int64_t n)
{
	char json[256];

	snprintf(json, sizeof(json),
		 "[[\"telephony.abandonment_rate_percent\",%lld.%lld,412,%lld]"
		 ",[\"telephony.primary_trunk_alive\",true,1,%lld]]",
		 (long long)(n % 9), (long long)(n % 7), (long long)n * 1000,
		 (long long)n * 1000);
	record_reset(r, RECORD_SAMPLES, "director");
	r->wall_ms = 1795140000000 + n * 1000;
	r->at_ms = n * 1000;
	record_json(r, "s", json);
}

static void
make_open(struct record *r)
{
	record_reset(r, RECORD_OPEN, "lead");
	r->wall_ms = 1795140000000;
	record_text(r, "mode", "DRILL");
	record_text(r, "room", "bench");
}

/* Durable appends of the same bytes: ours over write + fdatasync. */
static void
bench_append(const char *dir)
{
	struct journal_report report;
	struct journal *j;
	struct record r;
	struct err e;
	char path[FS_PATH];
	int64_t ours = 0, bare = 0, start;
	struct buf line;
	int fd;

	record_init(&r, RECORD_NOTE, "lead");
	buf_init(&line, RECORD_CAP);
	must(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report, &e),
	     &e);
	fs_join(path, dir, "bare");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	/* Turn by turn, so that both meet the same disk. */
	for (int i = 0; i < APPENDS; i++) {
		record_reset(&r, RECORD_NOTE, "lead");
		r.wall_ms = clock_wall_ms();
		record_text(&r, "text", "the carrier has confirmed the port");
		start = clock_real_us();
		must(journal_append(j, &r, &e), &e);
		ours += clock_real_us() - start;
		buf_reset(&line);
		record_write(&line, &r);
		start = clock_real_us();
		if (write(fd, line.data, line.len) < 0 || fdatasync(fd) != 0)
			exit(1);
		bare += clock_real_us() - start;
	}
	printf("durable append / bare write+fdatasync  %.2f\n",
	       (double)ours / (double)bare);
	close(fd);
	journal_close(j);
	record_clear(&r);
	buf_clear(&line);
}

static enum err_code
fold(void *ctx, const struct record *r, struct err *e)
{
	return room_apply(ctx, r, e);
}

static void
bench_fold(const char *dir)
{
	struct journal_report report;
	struct book *book = books_small();
	struct room *room = room_new(book);
	struct journal *j;
	struct record r;
	struct err e;
	double start = cpu_s();
	double wrote, read;

	record_init(&r, RECORD_NOTE, "lead");
	must(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report, &e),
	     &e);
	make_open(&r);
	must(journal_append(j, &r, &e), &e);
	for (int64_t i = 1; i < FOLDED; i++) {
		make_sample(&r, i);
		must(journal_append(j, &r, &e), &e);
	}
	journal_close(j);
	wrote = cpu_s() - start;
	start = cpu_s();
	must(journal_read(dir, fold, room, &report, &e), &e);
	read = cpu_s() - start;
	printf("fold of %d records                %.2f s of CPU\n", FOLDED,
	       read);
	printf("writing them / folding them            %.2f\n", wrote / read);
	record_clear(&r);
	room_free(room);
	book_drop(book);
}

int
main(void)
{
	char dir[] = "/tmp/journal_bench.XXXXXX";
	char one[FS_PATH], two[FS_PATH], command[FS_PATH + 16];

	if (mkdtemp(dir) == NULL)
		return 1;
	fs_join(one, dir, "append");
	fs_join(two, dir, "fold");
	bench_append(one);
	bench_fold(two);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) == 0 ? 0 : 1;
}
