/* kinds - the list of probe kinds, one per probe_<kind>.c.  For src/probe. */
#ifndef PROBE_KINDS_H
#define PROBE_KINDS_H

struct probe_kind; /* of probe/probe.h */

/* In the order people should see them. */
/* clang-format off */
#define PROBE_KINDS(X) \
	X(http)        \
	X(sip)         \
	X(sip_call)    \
	X(tls)         \
	X(dns)         \
	X(contract)    \
	X(prometheus)  \
	X(analytics)   \
	X(residency)   \
	X(recording_storage) \
	X(masking)     \
	X(load)        \
	X(calls)       \
	X(agents)      \
	X(pipeline)
/* clang-format on */

#define PROBE_KIND_EXTERN(kind) \
	extern const struct probe_kind probe_kind_##kind;
PROBE_KINDS(PROBE_KIND_EXTERN)
#undef PROBE_KIND_EXTERN

#endif
