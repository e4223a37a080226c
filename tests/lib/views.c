/* views - every view of the console by name, and what each promises. */
#include "tests/lib/views.h"

#include "base/str.h"

/* Made once and kept: a view borrows it. */
static const struct record *
one_record(void)
{
	static struct record one;

	if (one.count > 0)
		return &one;
	record_init(&one, RECORD_NOTE, "night-desk");
	record_text(&one, "text", "a word for the journal");
	one.seq = 7;
	one.wall_ms = SCENE_WALL_MS;
	one.at_ms = SCENE_NOW_MS;
	return &one;
}

static void
await_second(struct eye *e)
{
	struct room_prompt *p = &scene_room(e->s)->prompt;

	str_copy(p->awaits, sizeof(p->awaits),
		 "warroom approve voice-cutover --plan 4f2a9c0b");
}

/* A step although the gates say no: the plan says so and asks for more. */
static void
override(struct eye *e)
{
	struct room_prompt *p = &scene_room(e->s)->prompt;

	str_copy(p->phrase, sizeof(p->phrase), "OVERRIDE NO-GO publish-flow");
	str_copy(p->lines[0], ROOM_LINE,
		 "AGAINST THE GATES: NO-GO abandonment 2.9 % > 2.5 %");
}

static void
open_record(struct eye *e)
{
	e->view.record = one_record();
	e->view.record_seq = one_record()->seq;
	view_open(&e->view, MODE_RECORD);
}

/* clang-format off */
const struct view_row view_rows[] = {
	{ "telephony", SCENE_BREACH, MODE_MAIN, "1", NULL,
	  { "1 Telephony", "NO-GO abandonment", "first response", "99.6 %" },
	  { "1 Telephony", "NO-GO abandonment", "first response", "99.6 %" },
	  "1 Telephony", "rollback now" },
	{ "integration", SCENE_BREACH, MODE_MAIN, "2", NULL,
	  { "2 Integration", "API errors", "webhook retries", "dead letters" },
	  { "2 Integration", "API errors", "webhook retries", "dead letters" },
	  "2 Integration", "rollback now" },
	{ "compliance", SCENE_BLIND, MODE_MAIN, "3", NULL,
	  { "3 Compliance", "TLS minimum", "BLIND residency", "BLIND 1" },
	  { "3 Compliance", "TLS minimum", "BLIND residency" },
	  "3 Compliance", "rollback now" },
	{ "readiness", SCENE_CALM, MODE_MAIN, "4", NULL,
	  { "4 Rollback readiness", "baseline flow", "DNS TTL" },
	  { "4 Rollback readiness", "baseline flow", "DNS TTL" },
	  "4 Rollback", "rollback now" },
	{ "runbook", SCENE_STEP, MODE_MAIN, "5", NULL,
	  { "5 Runbook", "3 publish-flow", "converging try 2 poll 4",
	    "00:38 / ~01:10", "tell-people" },
	  { "5 Runbook", "3 publish-flow", "converging", "switch-dns" },
	  "3 publish-flow", "3 publish-flow" },
	{ "confirm of a step", SCENE_CONFIRM, MODE_PROMPT, "", NULL,
	  { "publish-flow", "2 siph_trunk_status", "Type  " SCENE_PHRASE,
	    "esc leaves everything as it is", "> _" },
	  { "publish-flow", "2 siph_trunk_status", SCENE_PHRASE, "> _" },
	  SCENE_PHRASE, "12 x 40" },
	{ "confirm of a rollback", SCENE_ROLLBACK_PLAN, MODE_PROMPT, "", NULL,
	  { "ROLLBACK", "a breach asks for it", "Type  " SCENE_BACK_PHRASE,
	    "1 dns_ttl_override", "> _" },
	  { "ROLLBACK", "a breach asks for it", SCENE_BACK_PHRASE, "> _" },
	  SCENE_BACK_PHRASE, "" },
	{ "confirm of two persons", SCENE_CONFIRM, MODE_PROMPT, "",
	  await_second,
	  { "Waits for a second person", "warroom approve voice-cutover",
	    "Type  " SCENE_PHRASE, "> _" },
	  { "Waits for a second person", "--plan 4f2a9c0b", SCENE_PHRASE,
	    "> _" },
	  SCENE_PHRASE, "" },
	{ "confirm of an override", SCENE_CONFIRM, MODE_PROMPT, "", override,
	  { "AGAINST THE GATES: NO-GO", "OVERRIDE NO-GO publish-flow", "> _" },
	  { "AGAINST THE GATES: NO-GO", "OVERRIDE NO-GO publish-flow", "> _" },
	  "OVERRIDE NO-GO publish-flow", "" },
	{ "rollback on its way", SCENE_ROLLING, MODE_MAIN, "5", NULL,
	  { "ROLLING BACK  1 of 4 undone", "03:10 of RTO 30:00",
	    "backoff    try 3  next in 7s", "429, Retry-After 12 s",
	    "4 recording_archive_sync" },
	  { "ROLLING BACK  1 of 4 undone", "03:10 of RTO 30:00",
	    "backoff    try 3  next in 7s" },
	  "1 of 4 undone", "ROLLING BACK" },
	{ "proposed rollback", SCENE_PROPOSED, MODE_ALARM, "", NULL,
	  { "ROLLBACK PROPOSED", "A breach asks for the rollback",
	    "R shows the plan", "d declines", "abandonment 2.9 %" },
	  { "ROLLBACK PROPOSED", "A breach asks for the rollback",
	    "R shows the plan", "d declines" },
	  "R shows the plan", "ROLLBACK PROPOSED" },
	{ "gate", SCENE_BREACH, MODE_GATE, "g", NULL,
	  { "abandonment 2.9 %", "2.5 limit", "2 warn", "2.3 clear",
	    "last answer: {\"results\": [1, 2]}" },
	  { "abandonment 2.9 %", "2.5 limit", "last answer" },
	  "abandonment 2.9 %", "abandonment" },
	{ "step", SCENE_UNKNOWN, MODE_STEP, "i", NULL,
	  { "publish-flow", "unknown: may have happened",
	    "needs lower-ttl: verified", "does: http", "no undo of its own" },
	  { "publish-flow", "unknown: may have happened", "does: http" },
	  "unknown: may have happened", "publish-flow" },
	{ "matrix", SCENE_CALM, MODE_MATRIX, "m", NULL,
	  { "flow:f-8473625190", "dns:sip.domain.com", "us-east-1" },
	  { "flow:f-8473625190", "dns:sip.domain.com" },
	  "dns:sip", "dns:" },
	{ "journal", SCENE_BREACH, MODE_JOURNAL, "j", NULL,
	  { "of 214 records", "head 9f31c2aa40d1", "room opened by",
	    "NO-GO abandonment" },
	  { "of 214 records", "head 9f31c2aa40d1", "NO-GO abandonment" },
	  "NO-GO abandonment", "NO-GO abandonment" },
	{ "record", SCENE_BREACH, MODE_RECORD, "j", open_record,
	  { "Record 7 of 214", "a word for the journal", "prev", "hash" },
	  { "Record 7 of 214", "a word for the journal", "prev", "hash" },
	  "a word for the journal", "Record 7" },
	{ "palette", SCENE_CALM, MODE_PALETTE, ":no", NULL,
	  { "> no_", "note TEXT" }, { "> no_", "note TEXT" },
	  "> no_", "> no_" },
	{ "filter", SCENE_BREACH, MODE_FILTER, "/succ", NULL,
	  { "/succ_", "success rate", "NO-GO abandonment" },
	  { "/succ_", "NO-GO abandonment" }, "/succ_", "/succ_" },
	{ "help", SCENE_CALM, MODE_HELP, "?", NULL,
	  { "Keys in: room", "show the plan of the rollback",
	    "one level back" },
	  { "Keys in: room", "show the plan of the rollback" },
	  "Keys in: room", "Keys in: room" },
	{ "notes", SCENE_CALM, MODE_JOURNAL, "N", NULL,
	  { "0 of 214 records", "/note", "no record to show" },
	  { "0 of 214 records", "/note", "no record to show" },
	  "no record to show", "no record to show" },
	{ "note being written", SCENE_CALM, MODE_ASK, "nslow", NULL,
	  { "note", "> slow_", "esc leaves" }, { "note", "> slow_" },
	  "> slow_", "> slow_" },
	{ "leaving", SCENE_STEP, MODE_LEAVE, "q", NULL,
	  { "Leave the room", "An act is under way", "p  park", ":close" },
	  { "Leave the room", "An act is under way", "p  park" },
	  "p  park", "p  park" },
};
/* clang-format on */

const size_t view_row_count = ARRAY_LEN(view_rows);

void
view_row_open(struct eye *e, const struct view_row *v, int rows, int cols,
	      enum charset set)
{
	eye_open(e, v->scene, rows, cols, set);
	if (v->set != NULL && v->mode == MODE_PROMPT)
		v->set(e);
	eye_wait(e, VIEW_DEAD_MS);
	for (const char *key = v->keys; *key != '\0'; key++) {
		eye_type(e, (char[]){ *key, '\0' });
		if (e->view.mode == MODE_ASK && e->view.typed.text[0] == '\0')
			eye_wait(e, VIEW_DEAD_MS);
	}
	if (v->set != NULL && v->mode != MODE_PROMPT)
		v->set(e);
	eye_look(e);
}
