/* kinds - probe and step kinds for tests of what reads runbooks. */
#ifndef TESTS_LIB_KINDS_H
#define TESTS_LIB_KINDS_H

#include "conf/conf.h"

/* http, contract, sip_options, tls, dns, recording_storage, calls, agents and
 * pipeline probes; http, dns, trunk, manual,
 * wait and gate steps. */
extern const struct conf_kinds test_kinds;

#endif
