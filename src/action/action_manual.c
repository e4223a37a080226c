/* action_manual - a person does it, and says so. */
#include "action/action.h"

#include "action/kinds.h"

/* clang-format off */
static const struct param params[] = {
	{ .name = "text", .type = PARAM_TEXT, .required = true,
	  .help = "what the person is to do" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_manual = {
	.spec = { .name = "manual",
		  .help = "a person does it and confirms it",
		  .params = params },
	.class = ACTION_PERSON,
};
