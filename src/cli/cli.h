/*
 * cli - the subcommands: one file each, one row each.
 *
 * To add one: write cmd_<name>.c with a `const struct cli_command`, add it to
 * cli_commands[] in main.c, describe it in man/warroom.1.  Main thread.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Exit codes of the contract. */
enum cli_exit {
	EXIT_GO = 0,
	EXIT_NO_GO = 1,
	EXIT_USAGE = 2,
	EXIT_HOLD = 3,
	EXIT_BLIND = 4,
	EXIT_ROLLED_BACK = 5,
	EXIT_HALTED = 6,
	EXIT_HELD = 7,
	EXIT_INTERRUPTED = 130,
};

struct cli_option {
	const char *name;  /* "room"; NULL ends the rows */
	const char *value; /* "DIR"; NULL: takes none */
	const char *help;
};

/* One parsed command line: options by row index, then the operands. */
struct cli_args {
	const char *values[24]; /* parallel to the rows; "" for a flag given */
	const char *const *operands;
	int count;
};

struct cli_command {
	const char *name;
	const char *operands; /* "RUNBOOK", "ROOM|JOURNAL" */
	const char *help;
	int least, most; /* operands; most -1: any number */
	bool is_offline; /* starts without net_setup() */
	const struct cli_option *options;
	int (*run)(const struct cli_command *self, const struct cli_args *args);
};

/* NULL-terminated, in the order help shows them. */
extern const struct cli_command *const cli_commands[];

extern const struct cli_command cli_run, cli_drill, cli_check, cli_plan,
	cli_gate, cli_baseline, cli_probe, cli_status, cli_verify, cli_twin,
	cli_schema, cli_watch, cli_replay, cli_contract, cli_approve,
	cli_doctor;

/* The value of option `name` or NULL (asserts that the row exists). */
const char *cli_value(const struct cli_command *self,
		      const struct cli_args *args, const char *name);
/* Was the option given? */
bool cli_has(const struct cli_command *self, const struct cli_args *args,
	     const char *name);

/* Strict readers of option values; on a bad one they print what was expected
 * and return false. */
bool cli_number(const struct cli_command *self, const struct cli_args *args,
		const char *name, double least, double most, double *out);
/* Above 0; *out_ms stays as it is when the option was not given. */
bool cli_duration(const struct cli_command *self, const struct cli_args *args,
		  const char *name, int64_t *out_ms);

/* "warroom CMD: text" on stderr; returns `code`. */
int cli_fail(const struct cli_command *self, int code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The exit code for a failure to open or load: held, input, other. */
int cli_code_of(enum err_code code);
void cli_help(const struct cli_command *self); /* on stdout */
void cli_print(const struct buf *b);	       /* all of it, on stdout */

#endif
