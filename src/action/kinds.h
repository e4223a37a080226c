/* kinds - the list of step kinds, one per action_<kind>.c.  For src/action. */
#ifndef ACTION_KINDS_H
#define ACTION_KINDS_H

#include "model/param.h"

struct action_kind; /* of action/action.h */

/* In the order people should see them. */
/* clang-format off */
#define ACTION_KINDS(X) \
	X(http)         \
	X(dns)          \
	X(trunk)        \
	X(manual)       \
	X(wait)         \
	X(gate)         \
	X(parallel)     \
	X(exec)         \
	X(calls)        \
	X(load)         \
	X(reconcile)
/* clang-format on */

#define ACTION_KIND_EXTERN(kind) \
	extern const struct action_kind action_kind_##kind;
ACTION_KINDS(ACTION_KIND_EXTERN)
#undef ACTION_KIND_EXTERN

/* Rows that a parallel act takes once for all regions. */
extern const struct param action_http_params[];
extern const struct param action_dns_params[];
extern const struct param action_trunk_params[];

#endif
