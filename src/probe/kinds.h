/* kinds - the list of probe kinds, one per probe_<kind>.c.  For src/probe. */
#ifndef PROBE_KINDS_H
#define PROBE_KINDS_H

struct probe_kind; /* of probe/probe.h */

/* In the order people should see them. */
#define PROBE_KINDS(X) X(http) X(sip) X(tls) X(dns)

#define PROBE_KIND_EXTERN(kind) \
	extern const struct probe_kind probe_kind_##kind;
PROBE_KINDS(PROBE_KIND_EXTERN)
#undef PROBE_KIND_EXTERN

#endif
