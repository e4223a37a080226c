/* status - what the journal of a room says, without touching the room. */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/visit.h"
#include "journal/journal.h"
#include "model/matrix.h"

#define MATRIX_BYTES (4u * 1024 * 1024)

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
print_text(const char *dir, const struct room *r, const struct decision *d,
	   bool held, const char *holder)
{
	if (r->life == ROOM_NEW)
		printf("%s  %s  nothing is recorded yet: %s\n",
		       r->book->environment, dir,
		       held ? "it is being opened" : "the next start opens it");
	else
		printf("%s  %s  %s  %s\n", r->book->environment, r->name,
		       r->mode, life_word(r, held));
	if (held)
		printf("held by %s\n", holder);
	/* Gates that hold are no GO for a room that stands half way. */
	printf("%s%s\n",
	       r->rollback == ROLLBACK_HALTED
		       ? "HALTED, a person is needed; the gates: "
		       : "",
	       d->sentence);
	for (size_t i = 0; i < r->override_count; i++) {
		const struct room_override *o = &r->overrides[i];

		printf("override of %s in %s: %s (%s, %s%s)\n",
		       room_override_name(r, o),
		       o->step < 0 ? "rollback" : r->book->steps[o->step].id,
		       o->reason, o->by,
		       o->second[0] != '\0' ? "approved by " : "not approved",
		       o->second);
	}
	if (r->rollback != ROLLBACK_NONE)
		printf("rollback %s %s\n", rollback_word(r->rollback),
		       r->rollback_detail);
	for (size_t i = 0; i < r->book->step_count; i++)
		printf("  %-11s %-20s %s%s\n", step_word(r->steps[i].state),
		       r->book->steps[i].id,
		       r->steps[i].is_paused ? "paused; " : "",
		       r->steps[i].detail);
	for (size_t i = 0; i < r->undo_count; i++)
		printf("  undo %-11s %-24s %s\n",
		       step_word(r->undos[i].act.state),
		       plan_name(r->book, &r->undos[i].item),
		       r->undos[i].act.detail);
	printf("%" PRId64 " records, head %s\n", r->records,
	       r->records > 0 ? r->head : "none");
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

/* A line for each object, a column for each region. */
static void
print_matrix(const struct matrix *m, int64_t now_ms)
{
	printf("%-32s %-16s", "object", "all");
	for (size_t n = 0; n < m->region_count; n++)
		printf(" %-16s", m->regions[n]);
	putchar('\n');
	for (size_t i = 0; i < m->row_count; i++) {
		const struct matrix_row *row = &m->rows[i];

		printf("%-32s", row->object);
		for (size_t n = 0; n <= m->region_count; n++) {
			const struct matrix_cell *c =
				n == 0 ? &row->all : &row->cells[n - 1];
			char text[40] = "-", age[16] = "";

			if (c->at_ms >= 0)
				str_duration(age, sizeof(age),
					     (now_ms - c->at_ms) / 1000 * 1000);
			if (c->is_there)
				str_printf(text, sizeof(text), "%s %s",
					   side_word(c->side), age);
			printf(" %-16s", text);
		}
		putchar('\n');
	}
}

static void
show_matrix(const struct cli_command *self, const struct cli_args *args,
	    const struct room *r)
{
	int64_t now_ms = cli_room_now_ms(r);
	struct matrix m;
	struct buf out;

	matrix_make(&m, r);
	buf_init(&out, MATRIX_BYTES);
	if (cli_has(self, args, "csv")) {
		matrix_csv(&out, &m, now_ms);
	} else if (cli_has(self, args, "json")) {
		matrix_json(&out, &m, now_ms);
		buf_char(&out, '\n');
	} else {
		print_matrix(&m, now_ms);
	}
	cli_print(&out);
	buf_clear(&out);
	matrix_clear(&m);
}

static void
show_leftovers(const struct cli_command *self, const struct cli_args *args,
	       const struct room *r)
{
	struct buf out;

	buf_init(&out, MATRIX_BYTES);
	if (cli_has(self, args, "csv"))
		leftovers_csv(&out, r);
	for (size_t i = 0; out.len == 0 && i < r->left_count; i++)
		printf("%-32s %-16s %s\n", r->left[i].object, r->left[i].region,
		       r->left[i].detail);
	cli_print(&out);
	buf_clear(&out);
}

/* What is asked for must go together. */
static bool
is_usable(const struct cli_command *self, const struct cli_args *args)
{
	bool matrix = cli_has(self, args, "matrix");
	bool left = cli_has(self, args, "leftovers");
	bool csv = cli_has(self, args, "csv");

	return !(matrix && left) && !(csv && !matrix && !left) &&
	       !(cli_has(self, args, "json") && (csv || left));
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
	int code;

	if (!is_usable(self, args))
		return cli_fail(self, 2,
				"--csv goes with one of --matrix and "
				"--leftovers, and without --json");
	code = cli_room_open(&c, self, dir);
	if (code >= 0)
		return code;
	if (journal_read(dir, cli_room_fold, &c, NULL, &e) != ERR_NONE) {
		code = cli_room_fail(self, &e);
	} else {
		held = journal_is_held(dir, holder, sizeof(holder));
		room_decision(c.room, cli_room_now_ms(c.room), &d);
		code = cli_room_code(c.room);
		if (cli_has(self, args, "matrix"))
			show_matrix(self, args, c.room);
		else if (cli_has(self, args, "leftovers"))
			show_leftovers(self, args, c.room);
		else if (cli_has(self, args, "json"))
			print_json(c.room, &d, held, code);
		else
			print_text(dir, c.room, &d, held, holder);
	}
	cli_room_clear(&c);
	return code;
}

static const struct cli_option options[] = {
	{ "matrix", NULL, "where each object stands, in each region" },
	{ "leftovers", NULL, "what a rollback left behind" },
	{ "csv", NULL, "the matrix or the leftovers as CSV" },
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
