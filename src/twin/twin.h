/*
 * twin - the staging platform: HTTP APIs, SIP trunks and a DNS server on
 * loopback, with one state behind them and faults on request.
 *
 * A process of its own: it outlives the console that started it and is found
 * again by its services file.  Its ledger, one JSON line for each request and
 * each effect, is the independent witness of what really happened.
 */
#ifndef TWIN_TWIN_H
#define TWIN_TWIN_H

#include <stdint.h>

#include "base/err.h"

struct twin_options {
	const char *dir;      /* where services.json and ledger.jsonl go */
	const char *scenario; /* one of twin_scenarios; NULL: the first */
	uint64_t seed;
	double speed;	 /* room time runs this much faster, 0.1..1000 */
	int64_t idle_ms; /* real; ends by itself after so long unused */
};

/*
 * Serves until told to stop (POST /twin/stop, SIGTERM) or idle.  Writes
 * DIR/services.json (atomically, once everything listens):
 *   {"version":1,"pid":N,"seed":N,"scenario":"…",
 *    "http":"http://127.0.0.1:P","token_url":"http://127.0.0.1:P/oauth/token",
 *    "cloudflare":"http://127.0.0.1:P/client/v4","tls":"127.0.0.1:Q",
 *    "ca_file":"DIR/ca.pem","dns":"127.0.0.1:R",
 *    "sip":{"validation_trunk_primary":"127.0.0.1:S", …},
 *    "sips":{"validation_trunk_primary":"127.0.0.1:T", …}}
 * Blocks; the process's main thread; call before other threads exist.
 */
enum err_code twin_serve(const struct twin_options *o,
			 struct err *e) MUST_CHECK;

/* NULL-terminated rows of the built-in scenarios, for help and lists. */
struct twin_scenario_row {
	const char *name;
	const char *help;
};
extern const struct twin_scenario_row twin_scenarios[];

#endif
