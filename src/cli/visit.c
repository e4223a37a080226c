/* visit - a room that is only looked at: its runbook and its records. */
#include "cli/visit.h"

#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/str.h"
#include "cli/kept.h"
#include "cli/load.h"

#define RUNBOOK_NAME "runbook"
#define PACE_LEAST_MS 500 /* of the wall clock: less tells no pace */

/* A room remembers where its runbook lies, so that nothing else need be
 * named to look at it. */
static enum err_code
runbook_of(const char *room, char *to, size_t size, struct err *e)
{
	char path[FS_PATH];
	struct buf text;
	enum err_code code;

	if (!fs_join(path, room, RUNBOOK_NAME))
		return err_set(e, ERR_ARG, "%s: path too long", room);
	code = fs_read(&text, path, FS_PATH, e);
	if (code == ERR_NONE)
		str_copy_n(to, size, buf_str(&text),
			   strcspn(buf_str(&text), "\n"));
	buf_clear(&text);
	return code;
}

int
cli_room_open(struct cli_room *c, const struct cli_command *self,
	      const char *dir)
{
	char path[FS_PATH];
	struct book *book;
	struct err e;
	int code;

	*c = (struct cli_room){ .room = NULL, .dir = dir };
	if (runbook_of(dir, path, sizeof(path), &e) != ERR_NONE)
		return cli_fail(self, EXIT_USAGE, "%s is no room of ours: %s",
				dir, e.text);
	code = load_book(self, path, &book);
	if (code >= 0) {
		kept_tell(dir, path, false);
		return code;
	}
	load_ages(book);
	c->room = room_new(book);
	book_drop(book);
	return -1;
}

void
cli_room_clear(struct cli_room *c)
{
	room_free(c->room);
	c->room = NULL;
}

enum err_code
cli_room_fold(void *ctx, const struct record *r, struct err *e)
{
	struct cli_room *c = ctx;
	const struct book *book = c->room->book;

	if (r->kind == RECORD_OPEN &&
	    strcmp(record_get(r, "digest"), book->digest) != 0) {
		kept_tell(c->dir, book->path, true);
		return err_set(e, ERR_INPUT,
			       "%s or a file it names has changed since this "
			       "room was opened (digest %.12s, now %.12s): put "
			       "the old files back to see what the room says",
			       book->path, record_get(r, "digest"),
			       book->digest);
	}
	if (r->kind == RECORD_OPEN || r->kind == RECORD_RESUME) {
		c->began_ms = r->at_ms;
		c->began_wall_ms = r->wall_ms;
	}
	return room_apply(c->room, r, e);
}

int
cli_room_fail(const struct cli_command *self, const struct err *e)
{
	return cli_fail(self,
			e->code == ERR_DAMAGED ? EXIT_NO_GO
					       : cli_code_of(e->code),
			"%s", e->text);
}

double
cli_room_pace(const struct cli_room *c)
{
	int64_t wall_ms = c->room->last_wall_ms - c->began_wall_ms;
	double pace;

	if (!str_same(c->room->mode, "DRILL") || wall_ms < PACE_LEAST_MS)
		return 1;
	pace = (double)(c->room->last_ms - c->began_ms) / (double)wall_ms;
	return pace < 0.1 ? 0.1 : pace > 1000 ? 1000 : pace;
}

int64_t
cli_room_now_ms(const struct room *r)
{
	int64_t passed = clock_wall_ms() - r->last_wall_ms;

	if (r->life == ROOM_NEW || r->life == ROOM_CLOSED || passed < 0)
		return r->last_ms;
	return r->last_ms + passed;
}

int
cli_room_code(const struct room *r)
{
	struct decision d;

	if (r->life == ROOM_CLOSED)
		return r->close_code;
	if (room_is_rolled_back(r))
		return EXIT_ROLLED_BACK;
	if (room_is_halted(r) || room_awaits_person(r) >= 0)
		return EXIT_HALTED;
	room_decision(r, cli_room_now_ms(r), &d);
	return verdict_exit_code(d.verdict);
}
