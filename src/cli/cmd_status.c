/* status - what the journal of a room says, without touching the room. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/load.h"
#include "journal/journal.h"
#include "model/room.h"

#define RUNBOOK_NAME "runbook"

/* A room remembers where its runbook lies, so that status needs no more than
 * the room. */
static enum err_code
runbook_of(const char *room, char *to, size_t size, struct err *e)
{
	char path[FS_PATH];
	struct buf text;

	if (!fs_join(path, room, RUNBOOK_NAME))
		return err_set(e, ERR_ARG, "%s: path too long", room);
	if (fs_read(&text, path, FS_PATH, e) == ERR_NONE)
		str_copy_n(to, size, buf_str(&text),
			   strcspn(buf_str(&text), "\n"));
	buf_clear(&text);
	return e->code;
}

/* The records only mean something beside the runbook they were made with. */
static enum err_code
fold(void *ctx, const struct record *r, struct err *e)
{
	struct room *room = ctx;

	if (r->kind == RECORD_OPEN &&
	    strcmp(record_get(r, "digest"), room->book->digest) != 0)
		return err_set(e, ERR_INPUT,
			       "%s has changed since this room was opened "
			       "(digest %.12s, now %.12s): put the old files "
			       "back to see what the room says",
			       room->book->path, record_get(r, "digest"),
			       room->book->digest);
	return room_apply(room, r, e);
}

static int
code_of(const struct room *r, enum verdict v)
{
	if (r->life == ROOM_CLOSED)
		return r->close_code;
	if (r->rollback == ROLLBACK_VALIDATED)
		return EXIT_ROLLED_BACK;
	if (r->rollback == ROLLBACK_HALTED)
		return EXIT_HALTED;
	return verdict_exit_code(v);
}

static const char *
life_word(const struct room *r, bool held)
{
	if (r->life == ROOM_CLOSED)
		return "closed";
	if (r->life == ROOM_PARKED)
		return "parked";
	return held ? "open" : "left without a word: the next start resumes";
}

static void
print_text(const struct room *r, const struct decision *d, bool held,
	   const char *holder)
{
	printf("%s  %s  %s  %s\n", r->book->environment, r->name, r->mode,
	       life_word(r, held));
	if (held)
		printf("held by %s\n", holder);
	printf("%s\n", d->sentence);
	if (r->rollback != ROLLBACK_NONE)
		printf("rollback %s %s\n", rollback_word(r->rollback),
		       r->rollback_detail);
	for (size_t i = 0; i < r->book->step_count; i++)
		printf("  %-11s %-20s %s\n", step_word(r->steps[i].state),
		       r->book->steps[i].id, r->steps[i].detail);
	for (size_t i = 0; i < r->undo_count; i++)
		printf("  undo %-11s %-24s %s\n",
		       step_word(r->undos[i].act.state),
		       plan_name(r->book, &r->undos[i].item),
		       r->undos[i].act.detail);
	printf("%" PRId64 " records, head %s\n", r->records, r->head);
}

static void
print_json(const struct room *r, const struct decision *d, bool held, int code)
{
	struct jwriter w;
	struct buf out, dump;

	buf_init(&out, 4 * 1024 * 1024);
	buf_init(&dump, 4 * 1024 * 1024);
	room_write(&dump, r, r->last_ms);
	jw_init(&w, &out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_text(&w, "verdict", verdict_word(d->verdict));
	jw_text(&w, "sentence", d->sentence);
	jw_text(&w, "rollback", rollback_word(r->rollback));
	jw_flag(&w, "held", held);
	jw_int(&w, "exit", code);
	jw_raw(&w, "room", buf_str(&dump));
	jw_object_end(&w);
	buf_char(&out, '\n');
	cli_print(&out);
	buf_clear(&out);
	buf_clear(&dump);
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	const char *dir = args->operands[0];
	char path[FS_PATH], holder[160] = "";
	struct journal_report report = { 0 };
	struct err e = { .code = ERR_NONE };
	struct decision d;
	struct book *book;
	struct room *room;
	bool held;
	int code;

	if (runbook_of(dir, path, sizeof(path), &e) != ERR_NONE)
		return cli_fail(self, EXIT_USAGE, "%s is no room of ours: %s",
				dir, e.text);
	code = load_book(self, path, &book);
	if (code >= 0)
		return code;
	room = room_new(book);
	if (journal_read(dir, fold, room, &report, &e) != ERR_NONE) {
		code = cli_fail(self,
				e.code == ERR_DAMAGED ? EXIT_NO_GO
						      : cli_code_of(e.code),
				"%s", e.text);
	} else {
		held = journal_is_held(dir, holder, sizeof(holder));
		room_decision(room, room->last_ms, &d);
		code = code_of(room, d.verdict);
		if (cli_has(self, args, "json"))
			print_json(room, &d, held, code);
		else
			print_text(room, &d, held, holder);
	}
	room_free(room);
	book_drop(book);
	return code;
}

static const struct cli_option options[] = {
	{ "json", NULL, "one JSON object on stdout" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_status = {
	.name = "status",
	.operands = "ROOM",
	.help = "what the room's journal says now",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
