/*
 * contract - does an interface keep its contract?  The judging of its answers.
 *
 * From the guide (go/no-go, section 2): a status of 200 proves nothing; the
 * answer must be what the schema says, the idempotency key acknowledged and
 * used (one record, however often it is sent), nothing that was sent may be
 * missing when it is read back, and a refusal must say when to come again.
 * Pure; poller's thread.
 */
#ifndef PROBE_CONTRACT_H
#define PROBE_CONTRACT_H

#include "conf/jschema.h"
#include "net/http.h"
#include "probe/probe.h"

/* What was agreed.  Borrowed texts; NULL where nothing was. */
struct contract_terms {
	const struct jschema *schema;
	const char *key;	  /* of the business transaction */
	const char *acknowledge;  /* pointer to the key in an answer */
	const char *record;	  /* pointer to the record's id */
	const struct jnode *sent; /* what must be found when read back */
	const char *found;	  /* where it is in what is read back */
};

enum contract_word { CONTRACT_UNASKED, CONTRACT_NO, CONTRACT_YES };

/* One promise: kept or not, and why not. */
struct contract_point {
	enum contract_word is;
	char why[SAMPLE_WHY];
};

/* Zeroed = nothing judged yet. */
struct contract_verdict {
	struct contract_point valid, acknowledged, idempotent, readable;
	bool retry_after_missing;
	int dropped; /* fields; -1: not read back */
	char dropped_why[SAMPLE_WHY];
};

/* An answer that is no measurement: the caller may come again, or was not
 * let in.  ERR_NONE, or the code with `why`. */
enum err_code contract_refused(const struct http_answer *a, char *why,
			       size_t size);

/* Status, type and shape of an answer; fills `doc` from the body (which must
 * stay) when it is JSON.  Says `valid` and `retry_after_missing`. */
void contract_judge_answer(const struct contract_terms *terms,
			   const struct http_answer *a, const struct buf *body,
			   struct jtree *doc, struct contract_verdict *v);
/* Was the key acknowledged? */
void contract_judge_key(const struct contract_terms *terms,
			const struct http_answer *a, const struct jtree *doc,
			struct contract_verdict *v);
/* Two answers to the same key. */
void contract_judge_again(const struct contract_terms *terms,
			  const struct jtree *first, const struct jtree *second,
			  int second_status, struct contract_verdict *v);
/* What was read back, against what was sent, field by field. */
void contract_judge_fields(const struct contract_terms *terms, int status,
			   const struct jtree *doc, struct contract_verdict *v);

/* Every promise asked for is kept; `why` of the first that is not. */
bool contract_holds(const struct contract_verdict *v, char *why, size_t size);

/* The record's id as text; false when there is none. */
bool contract_record(const struct contract_terms *terms,
		     const struct jtree *doc, char *to, size_t size);

#endif
