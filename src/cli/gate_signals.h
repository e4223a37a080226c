/*
 * gate_signals - a file of recorded samples: JSON Lines, read strictly.
 *
 * A line is {"signal":"telephony.success_rate_percent","value":99.4,
 * "at":"2026-11-20T02:00:00Z","n":412}; "at" and "n" may be left out.
 * {"signal":"...","error":"..."} is a failed measurement, and so is the value
 * null.  Blank lines are skipped.  Anything else (unknown and duplicate keys
 * too: a mistyped "at" must not make a sample fresh) is an error at its line
 * and column.  Signals that no gate asks for, and what gate_series counts as
 * odd, are warnings.
 */
#ifndef CLI_GATE_SIGNALS_H
#define CLI_GATE_SIGNALS_H

#include "base/buf.h"
#include "cli/gate_series.h"
#include "conf/finding.h"

#define SIGNALS_BYTES (512u << 20) /* the largest file read */

/* Owns both; the series borrows from the bytes. */
struct signals {
	struct buf bytes;
	struct series *series;
};

/* Reads `path`, "-" for standard input.  ERR_INPUT: see `f`; ERR_ABSENT,
 * ERR_LIMIT, ERR_SYSTEM: see `e`.  `set` outlives the signals.
 * signals_clear() is due in each case. */
enum err_code signals_read(struct signals *out, const char *path,
			   const struct gate_set *set, struct findings *f,
			   struct err *e) MUST_CHECK;
void signals_clear(struct signals *s); /* twice is fine */

#endif
