/*
 * case - a night in one file: runbook, peer, commander, and what must follow.
 *
 * The file has sections; "#" begins a comment line between them, the first
 * one is what the case promises:
 *
 *   # A 503 with Retry-After is tried again after the time it names.
 *   [steps]        YAML below "steps:" of a runbook whose endpoint "platform"
 *                  is the peer; or [runbook], a whole one ("{url}" is the
 *                  peer, "{refusing}" a port nobody listens at, "{dir}"
 *                  the folder of the runbook)
 *   [after steps]  YAML behind the steps: rollback, baseline, invariants
 *   [file NAME]    a file beside the runbook, such as a manifest
 *   [peer]         PATCH /things/1 -> 503 | Retry-After: 1 | always
 *                  GET /things/1 -> 200 | body {"is":"new"} | delay 20
 *                  POST /things -> close         (also: hang, cut)
 *                  GET /b -> 200 | until PATCH /a 2   held back, while others
 *                  are served, until the second of them has come
 *                  then          the lines below answer once the commander
 *                                says "then", and those above no more
 *   [commander]    one line an act:
 *                    walk STEP            arm, confirm as asked, until it ends
 *                    arm STEP, confirm [TEXT], and each verb of the console
 *                    second (a second person approves the open plan)
 *                    until step STEP STATE, until undo NAME STATE,
 *                    until undo emergency (an item acts by its variant),
 *                    until rollback STATE, rest,
 *                    until peer PATCH /things/1
 *                    until file NAME (beside the runbook, by a program)
 *                    until degraded, until passed SECONDS (of room time)
 *                    measure PROBE VALUE, keep PROBE VALUE (said again and
 *                    again while it waits), told PART (of the last notice)
 *                    left NUMBER          so many things are left over
 *                    crash                the process ends; a new one resumes
 *                    crash after step move confirmed     the same, killed when
 *                                         it had written that record
 *                    then                 the peer's next answers
 *                    descriptors none     the system gives out none; back:
 *                                         it does again
 *   [journal]      each record of the kinds step, undo, rollback and of every
 *                  other kind named here, in order:
 *                    step STEP STATE [~ part of its detail]
 *                    undo NAME STATE [~ PART]     rollback STATE [~ PART]
 *                    KIND [~ part of the line]
 *                    ...       any of them, up to the one on the next line
 *   [at least]     5s between undo dns verified and undo trunk intent
 *   [peer saw]     PATCH /things/1 2     how often, from the peer's own count
 *                  one key PATCH /things/1     each time under the same key
 *   [warned]       parts of what the loader says of a runbook it takes
 *   [refused]      the same of one it must not take; there is no night then
 *
 * Room time runs a hundred times faster.  Fails the running test itself.
 */
#ifndef TESTS_LIB_CASE_H
#define TESTS_LIB_CASE_H

struct case_cover; /* of case_cover.h */

/* `cover` (NULL: none) learns what the journal tells. */
void case_run(const char *path, struct case_cover *cover);

/* The promise of the file, for a list; the caller frees (mem_free()). */
char *case_promise(const char *path);

#endif
