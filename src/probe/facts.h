/*
 * facts - what a measurement found, turned into samples of signals.
 *
 * A signal takes one fact, or the ratio of two ("/a/b / /c/d").  Whatever is
 * missing, null, of the wrong shape or rests on no events becomes a failed
 * sample that says so; it never becomes a number.  Pure but for the clock.
 */
#ifndef PROBE_FACTS_H
#define PROBE_FACTS_H

#include "probe/probe.h"

/* One sample for each signal of `p`; `runs` counts the measurements so far.
 * The caller owns the report. */
struct probe_report *facts_report(const struct book_probe *p,
				  const struct probe_result *r, uint64_t runs);

/* Facts as kinds make them. */
struct probe_fact facts_number(const char *name, double number);
struct probe_fact facts_flag(const char *name, bool flag); /* A flag */
/* Failed when `text` does not fit a value: a cut text could pass for
 * another. */
struct probe_fact facts_words(const char *name, const char *text);
/* None, and why; the words are cleaned. */
struct probe_fact facts_missing(const char *name, const char *why);

#endif
