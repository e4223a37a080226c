/* action_gate - a hold point: the decision must allow what follows. */
#include "action/action.h"

#include "action/kinds.h"

/* clang-format off */
static const struct param params[] = {
	{ .name = "verdict", .type = PARAM_WORD, .choices = "go hold",
	  .fallback = "go",
	  .help = "the worst decision that may pass" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_gate = {
	.spec = { .name = "gate",
		  .help = "hold until the decision allows going on",
		  .params = params },
	.class = ACTION_GATE,
};
