/*
 * control_talk - what a client of the control socket asks, and the answer.
 *
 * Control's thread; what both ends must agree on is for any.
 */
#ifndef ENGINE_CONTROL_TALK_H
#define ENGINE_CONTROL_TALK_H

#include "engine/message.h"
#include "model/snapshot.h"

#define CONTROL_LINE 16384 /* bytes of a request */

/* Judges one request of the account `uid`.  True: `out` waits for the
 * director's word.  False: `answer` is the whole answer. */
bool control_talk(const struct snapshot *s, const char *line, size_t len,
		  int64_t uid, struct approval *out, struct buf *answer);

/* {"ok":...,"text":...} and a newline. */
void control_say(struct buf *answer, bool ok, const char *text);

/* What a second person types for the plan of `name`. */
void control_phrase(char *to, size_t size, const struct book *b,
		    const char *name);
/* What a second person's key signs: this plan, shown at that time, in this
 * room.  `armed_ms` room time, `opened_ms` wall time. */
void control_signed_text(struct buf *out, const char *room, int64_t opened_ms,
			 const char *name, int64_t armed_ms,
			 const char *digest);

#endif
