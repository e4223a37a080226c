/* status - what the journal of a room says, without touching the room. */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/room.h"
#include "journal/journal.h"

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
	char holder[160] = "";
	struct err e = { .code = ERR_NONE };
	struct cli_room c;
	struct decision d;
	bool held;
	int code = cli_room_open(&c, self, dir);

	if (code >= 0)
		return code;
	if (journal_read(dir, cli_room_fold, &c, NULL, &e) != ERR_NONE) {
		code = cli_room_fail(self, &e);
	} else {
		held = journal_is_held(dir, holder, sizeof(holder));
		room_decision(c.room, cli_room_now_ms(c.room), &d);
		code = cli_room_code(c.room);
		if (cli_has(self, args, "json"))
			print_json(c.room, &d, held, code);
		else
			print_text(c.room, &d, held, holder);
	}
	cli_room_clear(&c);
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
