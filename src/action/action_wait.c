/* action_wait - time passes, with the gates watched. */
#include "action/action.h"

#include "action/kinds.h"

/* clang-format off */
static const struct param params[] = {
	{ .name = "for", .type = PARAM_DURATION, .required = true,
	  .help = "how long" },
	{ .name = "gates", .type = PARAM_WORD, .choices = "watch ignore",
	  .fallback = "watch",
	  .help = "watch: at the end the decision must be GO" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_wait = {
	.spec = { .name = "wait",
		  .help = "let time pass and watch the gates",
		  .params = params },
	.class = ACTION_WAIT,
};
