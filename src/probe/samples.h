/* samples - payloads with what must not leave, in many writings. */
#ifndef PROBE_SAMPLES_H
#define PROBE_SAMPLES_H

#include "probe/leak.h"

struct sample_payload {
	enum leak_kind kind; /* LEAK_NONE: looks alike, may leave */
	const char *what;    /* "Visa", "CVV" */
	const char *writing; /* for people: "spaces in base64" */
	const char *secret;  /* what is sought */
	const char *json;    /* the value that is sent */
};

/* Ends at the row whose `json` is NULL. */
extern const struct sample_payload sample_payloads[];

#endif
