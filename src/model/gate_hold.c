/* gate_hold - how long a signal has been inside its gate's limit, unbroken. */
#include "model/gate.h"

#include "model/rules.h"

void
gate_hold_take(const struct gate *g, struct gate_hold *h,
	       const struct sample *s)
{
	enum gate_reason band = rules_band(g, s);

	if (s->at_ms < 0 || rules_is_gap(band))
		return;
	if (band == GATE_BREACHED) {
		*h = (struct gate_hold){ .is_on = false };
		return;
	}
	if (!h->is_on || s->at_ms - h->last_ms > rules_max_age_ms(g) ||
	    s->at_ms < h->last_ms) {
		h->is_on = true;
		h->since_ms = s->at_ms;
	}
	h->last_ms = s->at_ms;
}

int64_t
gate_hold_ms(const struct gate_hold *h)
{
	return h->is_on ? h->last_ms - h->since_ms : 0;
}

bool
gate_reason_breaks(enum gate_reason r)
{
	return r == GATE_BREACHED || r == GATE_PENDING;
}
