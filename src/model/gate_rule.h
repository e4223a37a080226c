/* gate_rule - a row of a gate manifest and the manifest: plain data. */
#ifndef MODEL_GATE_RULE_H
#define MODEL_GATE_RULE_H

#include "model/baseline.h"
#include "model/sample.h"
#include "model/verdict.h"

#define GATE_DOMAIN 32
#define GATE_TITLE 48

enum gate_op {
	GATE_AT_MOST,
	GATE_AT_LEAST,
	GATE_EQUALS,
	GATE_VERSION_AT_LEAST,
};

struct gate {
	char signal[SIGNAL_NAME];
	char domain[GATE_DOMAIN];
	char title[GATE_TITLE]; /* "abandonment rate"; derived when not given */
	char unit[12];		/* "%", "ms", ""; derived from the name */
	char source[64];	/* where the limit comes from; may be "" */
	enum gate_op op;
	bool is_strict; /* GATE_AT_MOST: the limit itself is past it */
	struct value limit;
	double weight;	      /* > 0 */
	bool critical;	      /* its breach or blindness vetoes the score */
	bool key;	      /* vetoes, but does not move the score */
	bool shadow;	      /* judged and shown, never counted */
	int64_t for_ms;	      /* a breach must last this long; 0: at once */
	int64_t clear_for_ms; /* and be gone this long */
	int64_t held_for_ms;  /* GO only when met for so long, unbroken */
	int64_t max_age_ms;   /* older is BLIND; 0: default of the room */
	int64_t min_samples;  /* fewer is BLIND; 0: any */
	bool has_clear, has_warn;
	double clear;	  /* limit that ends a breach (inside the limit) */
	double warn;	  /* from here to the limit: HOLD */
	int line, column; /* in the file that says so; 0 unknown */
	/* For drift and small samples; one of the set's `bases`, or NULL. */
	const struct baseline *base;
};

struct gate_domain {
	char name[GATE_DOMAIN]; /* "telephony" */
	bool critical;
	double risk_multiplier; /* > 0, default 1 */
};

enum gate_logic { GATE_ALL_MET, GATE_WEIGHTED };

/* One manifest.  Owns its arrays. */
struct gate_set {
	char id[64];
	char platform[48];
	enum gate_logic logic;
	bool rollback_on_critical;     /* ANY_CRITICAL_THRESHOLD_BREACH */
	double pass_score, warn_score; /* 0..100 for GATE_WEIGHTED */
	struct gate_domain *domains;
	size_t domain_count;
	struct gate *gates;
	size_t gate_count;
	struct baseline *bases; /* what gates[].base point to; may be NULL */
	size_t base_count;
};

#endif
