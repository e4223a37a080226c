/* sample - one measurement of one signal, good or failed.  Plain data. */
#ifndef MODEL_SAMPLE_H
#define MODEL_SAMPLE_H

#include <stdint.h>

#include "model/value.h"

#define SIGNAL_NAME 72 /* "telephony.abandonment_rate_percent" */
#define SAMPLE_WHY 120

struct sample {
	char signal[SIGNAL_NAME];
	struct value value; /* VALUE_NONE when failed */
	int64_t at_ms;	    /* room time of the measurement */
	int64_t n;	    /* how many events it rests on; -1 unknown */
	bool failed;
	char why[SAMPLE_WHY]; /* of a failure; clean text */
};

#endif
