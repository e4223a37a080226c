/*
 * conf - the files people write become model, or findings.
 *
 * All findings at once; a file with errors yields nothing.  The kinds of
 * probes and steps come in as rows, so that a new kind needs no change here.
 * Owner thread.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/finding.h"
#include "conf/kinds.h"
#include "model/book.h"

/* Loads a runbook and the manifests it names (paths relative to it).  On
 * success *out is one reference; warnings may stand in `f`.  ERR_INPUT: see
 * `f`; ERR_ABSENT, ERR_SYSTEM: `e` says all. */
enum err_code conf_load_book(struct book **out, const char *path,
			     const struct conf_kinds *kinds, struct findings *f,
			     struct err *e) MUST_CHECK;

/* A gate manifest alone (JSON as the guide prints it, or ours). */
enum err_code conf_load_gates(struct gate_set *out, const char *path,
			      struct findings *f, struct err *e) MUST_CHECK;

/* What kind of file is it?  By content: a runbook, a gate, rollback or trunk
 * manifest, a theme.  Lints it as such. */
enum err_code conf_check(const char *path, const struct conf_kinds *kinds,
			 struct findings *f, struct err *e) MUST_CHECK;

/* The JSON Schema (2020-12) of the runbook, made from the rows. */
void conf_write_schema(struct buf *out, const struct conf_kinds *kinds);

#endif
