/* kinds - the rows that probes and actions offer to what reads runbooks. */
#ifndef CONF_KINDS_H
#define CONF_KINDS_H

#include "model/param.h"

/* NULL-terminated arrays.  Plain data; the rows are const for ever. */
struct conf_kinds {
	const struct kind_spec *const *probes;
	const struct kind_spec *const *steps;
	bool advises; /* a check also says what no rollback could prove */
};

#endif
