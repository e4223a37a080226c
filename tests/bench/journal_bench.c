/*
 * journal_bench - what a durable append costs beside the bare calls and beside
 * SQLite, and what a fold costs in time and memory.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "journal/journal.h"
#include "model/room.h"
#include "tests/lib/bench.h"
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

/* What acknowledges a commit only when it is on the disk. */
static sqlite3_stmt *
open_sqlite(sqlite3 **db, const char *dir)
{
	sqlite3_stmt *insert;
	char path[FS_PATH];

	fs_join(path, dir, "peer.db");
	if (sqlite3_open(path, db) != SQLITE_OK ||
	    sqlite3_exec(*db,
			 "pragma journal_mode=wal; pragma synchronous=full;"
			 "create table j(seq integer primary key, line text)",
			 NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(*db, "insert into j(line) values(?)", -1,
			       &insert, NULL) != SQLITE_OK) {
		fprintf(stderr, "journal_bench: %s\n", sqlite3_errmsg(*db));
		exit(1);
	}
	return insert;
}

static double
into_sqlite(sqlite3_stmt *insert, const struct buf *line)
{
	double start = bench_wall_s();

	sqlite3_reset(insert);
	sqlite3_bind_text(insert, 1, line->data, (int)line->len, NULL);
	if (sqlite3_step(insert) != SQLITE_DONE)
		exit(1);
	return bench_wall_s() - start;
}

static double
into_file(int fd, const struct buf *line)
{
	double start = bench_wall_s();

	if (write(fd, line->data, line->len) < 0 || fdatasync(fd) != 0)
		exit(1);
	return bench_wall_s() - start;
}

static double
into_journal(struct journal *j, struct record *r)
{
	struct err e;
	double start = bench_wall_s();

	must(journal_append(j, r, &e), &e);
	return bench_wall_s() - start;
}

/* Durable appends of the same bytes: ours, write + fdatasync, SQLite; turn by
 * turn, so that all meet the same disk. */
static void
bench_append(const char *dir)
{
	static double ours[APPENDS], bare[APPENDS], sqlite[APPENDS];
	struct journal_report report;
	struct journal *j;
	struct record r;
	struct err e;
	char path[FS_PATH];
	struct buf line;
	sqlite3_stmt *insert;
	sqlite3 *db;
	int fd;

	record_init(&r, RECORD_NOTE, "lead");
	buf_init(&line, RECORD_CAP);
	must(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report, &e),
	     &e);
	insert = open_sqlite(&db, dir);
	fs_join(path, dir, "bare");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (int i = 0; i < APPENDS; i++) {
		record_reset(&r, RECORD_NOTE, "lead");
		r.wall_ms = clock_wall_ms();
		record_text(&r, "text", "the carrier has confirmed the port");
		ours[i] = into_journal(j, &r);
		buf_reset(&line);
		record_write(&line, &r);
		bare[i] = into_file(fd, &line);
		sqlite[i] = into_sqlite(insert, &line);
	}
	bench_at_least(
		"appends a second, journal / bare",
		bench_median(bare, APPENDS) / bench_median(ours, APPENDS), 0.8);
	bench_at_least(
		"appends a second, journal / SQLite WAL FULL",
		bench_median(sqlite, APPENDS) / bench_median(ours, APPENDS), 1);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	close(fd);
	journal_close(j);
	record_clear(&r);
	buf_clear(&line);
}

static void
write_journal(const char *dir, int64_t records)
{
	struct journal_report report;
	struct journal *j;
	struct record r;
	struct err e;

	record_init(&r, RECORD_NOTE, "lead");
	must(journal_open(&j, dir, &journal_io_system, NULL, NULL, &report, &e),
	     &e);
	make_open(&r);
	must(journal_append(j, &r, &e), &e);
	for (int64_t i = 1; i < records; i++) {
		make_sample(&r, i);
		must(journal_append(j, &r, &e), &e);
	}
	journal_close(j);
	record_clear(&r);
}

static enum err_code
fold(void *ctx, const struct record *r, struct err *e)
{
	return room_apply(ctx, r, e);
}

static void
read_journal(const char *dir)
{
	struct journal_report report;
	struct book *book = books_small();
	struct room *room = room_new(book);
	struct err e;

	must(journal_read(dir, fold, room, &report, &e), &e);
	room_free(room);
	book_drop(book);
}

/* A process of its own, so that its memory is its own. */
static struct rusage
fold_apart(const char *dir)
{
	struct rusage used = { 0 };
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		read_journal(dir);
		_exit(0);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status != 0)
		exit(1);
	return used;
}

static double
cpu_of(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static void
bench_fold(const char *few_dir, const char *many_dir)
{
	struct rusage few, many;

	write_journal(few_dir, FOLDED / 100);
	write_journal(many_dir, FOLDED);
	few = fold_apart(few_dir);
	many = fold_apart(many_dir);
	bench_at_most("fold of 1,000,000 records, seconds of CPU",
		      cpu_of(&many), 5);
	bench_at_most("its memory / that of 10,000 records",
		      (double)many.ru_maxrss / (double)few.ru_maxrss, 1.2);
}

int
main(void)
{
	char dir[] = "/tmp/journal_bench.XXXXXX";
	char one[FS_PATH], two[FS_PATH], three[FS_PATH];
	char command[FS_PATH + 16];

	if (mkdtemp(dir) == NULL)
		return 1;
	fs_join(one, dir, "append");
	fs_join(two, dir, "few");
	fs_join(three, dir, "many");
	bench_append(one);
	bench_fold(two, three);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		return 1;
	return bench_end();
}
