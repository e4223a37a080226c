/* gate_live - the probes of a runbook run, its gates fed.  Main thread. */
#ifndef CLI_GATE_LIVE_H
#define CLI_GATE_LIVE_H

#include "cli/session.h"

/*
 * Runs all probes of the session's book and feeds their samples to `watches`
 * (parallel to its gates): until each probe has reported, or for `for_ms` of
 * real time when that is above 0.  A probe that never reports leaves its gates
 * as they are.  ERR_SYSTEM when the probes cannot be started.
 */
enum err_code gate_live(const struct session *session, int64_t for_ms,
			struct gate_watch *watches, struct err *e) MUST_CHECK;

#endif
