/* kinds - the list of step kinds, one per action_<kind>.c.  For src/action. */
#ifndef ACTION_KINDS_H
#define ACTION_KINDS_H

struct action_kind; /* of action/action.h */

/* In the order people should see them. */
#define ACTION_KINDS(X) X(http) X(dns) X(trunk) X(manual) X(wait) X(gate)

#define ACTION_KIND_EXTERN(kind) \
	extern const struct action_kind action_kind_##kind;
ACTION_KINDS(ACTION_KIND_EXTERN)
#undef ACTION_KIND_EXTERN

#endif
