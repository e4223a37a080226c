/*
 * decision - the verdict of the whole room, in one sentence.
 *
 * Worst wins; a critical or key breach or blindness vetoes whatever the score;
 * a domain without any data does not score; shadow gates never count; no gate
 * judged at all is BLIND.  Pure.
 */
#ifndef MODEL_DECISION_H
#define MODEL_DECISION_H

#include "model/gate.h"

#define DECISION_SENTENCE 400

struct decision {
	enum verdict verdict;
	bool vetoed;	/* a critical gate decided; the score did not matter */
	bool has_score; /* false when nothing scored */
	double score;	/* 0..100 */
	double pass_score;
	size_t counts[VERDICT_COUNT]; /* gates by verdict, shadows left out */
	int leading;	   /* index of the gate the sentence is about; -1 */
	bool rollback_due; /* the trigger of the manifest is met */
	char sentence[DECISION_SENTENCE]; /* what, why, what would change it */
};

/* `findings` parallel to set->gates. */
void decision_make(struct decision *out, const struct gate_set *set,
		   const struct gate_finding *findings);

#endif
