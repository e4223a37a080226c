/*
 * gate_report - a judgement for people, for programs, for pipelines.
 *
 * The text and the JSON go to stdout in pieces, so that their size does not
 * matter.  JUnit is red exactly when the decision is not GO: then a NO-GO or
 * HOLD is a failure and BLIND an error; a gate that a GO outweighs, a muted
 * one and a shadow are "skipped" with their sentence.
 */
#ifndef CLI_GATE_REPORT_H
#define CLI_GATE_REPORT_H

#include "cli/gate_series.h"
#include "model/decision.h"

#define REPORT_NO_TIME INT64_MIN

/* Everything borrowed. */
struct gate_judgement {
	const struct gate_set *set;
	const struct gate_finding *findings; /* parallel to set->gates */
	const struct decision *decision;
	int64_t wall_ms; /* judged as of; REPORT_NO_TIME: no sample has one */
	const struct series_counts *counts; /* of a file; NULL: live */
};

/* One line a gate, then the decision. */
void report_text(const struct gate_judgement *j);
/* One JSON object, schema_version 1. */
void report_json(const struct gate_judgement *j);
/* Writes a JUnit XML file.  Fails as fs_write() does. */
enum err_code report_junit(const struct gate_judgement *j, const char *path,
			   struct err *e) MUST_CHECK;

#endif
