/* kinds - probe and step kinds for tests of what reads runbooks. */
#include "tests/lib/kinds.h"

/* clang-format off */
#define METHODS "GET POST PUT PATCH DELETE"

static const struct param poll_params[] = {
	{ "path", PARAM_PATH_JOB, false, NULL, NULL, NULL, "where to ask" },
	{ "job", PARAM_POINTER, false, NULL, NULL, NULL, "its id" },
	{ "pointer", PARAM_POINTER, true, NULL, NULL, NULL, "what to see" },
	{ "done", PARAM_TEXT, true, NULL, NULL, NULL, "value when done" },
	{ "failed", PARAM_TEXT, false, NULL, NULL, NULL, "when failed" },
	{ "every", PARAM_DURATION, false, NULL, "2s", NULL, "how often" },
	{ .name = NULL },
};

static const struct param verify_params[] = {
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "what to read" },
	{ "pointer", PARAM_POINTER, true, NULL, NULL, NULL, "what to see" },
	{ "equals", PARAM_TEXT, true, NULL, NULL, NULL, "what it must be" },
	{ .name = NULL },
};

static const struct param http_step[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "method", PARAM_WORD, true, METHODS, NULL, NULL, "HTTP method" },
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "headers", PARAM_MAP, false, NULL, NULL, NULL, "headers" },
	{ "body", PARAM_JSON, false, NULL, NULL, NULL, "body" },
	{ "idempotency_header", PARAM_TEXT, false, NULL, "Idempotency-Key",
	  NULL, "header of the key" },
	{ "poll", PARAM_GROUP, false, NULL, NULL, poll_params, "until done" },
	{ "verify", PARAM_GROUP, false, NULL, NULL, verify_params, "after" },
	{ .name = NULL },
};

static const struct param dns_step[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "provider" },
	{ "server", PARAM_ENDPOINT, false, NULL, NULL, NULL, "authority" },
	{ "zone", PARAM_TEXT, true, NULL, NULL, NULL, "zone" },
	{ "name", PARAM_TEXT, true, NULL, NULL, NULL, "record" },
	{ "type", PARAM_WORD, false, "A AAAA CNAME", "A", NULL, "type" },
	{ "value", PARAM_TEXT, true, NULL, NULL, NULL, "new value" },
	{ "ttl", PARAM_INTEGER, false, NULL, "300", NULL, "seconds" },
	{ .name = NULL },
};

static const struct param trunk_step[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "platform" },
	{ "trunk", PARAM_TEXT, true, NULL, NULL, NULL, "its id" },
	{ "status", PARAM_WORD, true, "active standby disabled", NULL, NULL,
	  "how it shall be" },
	{ .name = NULL },
};

static const struct param manual_step[] = {
	{ "text", PARAM_TEXT, true, NULL, NULL, NULL, "what to do" },
	{ .name = NULL },
};

static const struct param wait_step[] = {
	{ "for", PARAM_DURATION, true, NULL, NULL, NULL, "how long" },
	{ "gates", PARAM_WORD, false, "watch ignore", "watch", NULL, "gates" },
	{ .name = NULL },
};

static const struct param gate_step[] = {
	{ "verdict", PARAM_WORD, false, "go hold", "go", NULL, "what to need" },
	{ .name = NULL },
};

static const struct param exec_verify[] = {
	{ "argv", PARAM_LIST, true, NULL, NULL, NULL, "program that reads" },
	{ .name = NULL },
};

static const struct param exec_step[] = {
	{ "argv", PARAM_LIST, true, NULL, NULL, NULL, "program" },
	{ "env", PARAM_LIST, false, NULL, NULL, NULL, "names" },
	{ "done", PARAM_LIST, false, NULL, NULL, NULL, "exit codes" },
	{ "verify", PARAM_GROUP, false, NULL, NULL, exec_verify, "read back" },
	{ .name = NULL },
};

static const struct param http_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "method", PARAM_WORD, false, "GET POST", "GET", NULL, "method" },
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "headers", PARAM_MAP, false, NULL, NULL, NULL, "headers" },
	{ "body", PARAM_JSON, false, NULL, NULL, NULL, "body" },
	{ "expect", PARAM_MAP, false, NULL, NULL, NULL, "pointer to text" },
	{ .name = NULL },
};

static const struct param readback_params[] = {
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "what to ask for" },
	{ "pointer", PARAM_POINTER, false, NULL, "", NULL, "where it is" },
	{ "sent", PARAM_POINTER, false, NULL, "", NULL, "what must be there" },
	{ .name = NULL },
};

static const struct param contract_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "body", PARAM_JSON, false, NULL, NULL, NULL, "body" },
	{ "schema", PARAM_SCHEMA, true, NULL, NULL, NULL, "of the answer" },
	{ "key", PARAM_TEXT, false, NULL, NULL, NULL, "of the transaction" },
	{ "acknowledge", PARAM_POINTER, false, NULL, NULL, NULL, "echo" },
	{ "record", PARAM_POINTER, false, NULL, NULL, NULL, "its id" },
	{ "readback", PARAM_GROUP, false, NULL, NULL, readback_params,
	  "what was stored" },
	{ .name = NULL },
};

static const struct param sip_probe[] = {
	{ "endpoints", PARAM_LIST, true, NULL, NULL, NULL, "trunks in order" },
	{ "strict_2xx", PARAM_FLAG, false, NULL, "false", NULL, "only 2xx" },
	{ "failures", PARAM_INTEGER, false, NULL, "3", NULL, "until down" },
	{ "recoveries", PARAM_INTEGER, false, NULL, "2", NULL, "until up" },
	{ .name = NULL },
};

static const struct param tls_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "name", PARAM_TEXT, false, NULL, NULL, NULL, "name it must have" },
	{ "ca_file", PARAM_TEXT, false, NULL, NULL, NULL, "authority" },
	{ .name = NULL },
};

static const struct param dns_probe[] = {
	{ "server", PARAM_ENDPOINT, true, NULL, NULL, NULL, "server" },
	{ "name", PARAM_TEXT, true, NULL, NULL, NULL, "record" },
	{ "type", PARAM_WORD, false, "A AAAA CNAME", "A", NULL, "type" },
	{ "recursive", PARAM_FLAG, false, NULL, "false", NULL, "ask others" },
	{ .name = NULL },
};

static const struct param endpoint_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ .name = NULL },
};

static const struct param calls_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "method", PARAM_WORD, false, "GET POST", "GET", NULL, "how" },
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "body", PARAM_JSON, false, NULL, NULL, NULL, "body" },
	{ "queue", PARAM_POINTER, false, NULL, NULL, NULL, "right one" },
	{ "calls", PARAM_POINTER, false, NULL, NULL, NULL, "how many" },
	{ "right", PARAM_POINTER, false, NULL, NULL, NULL, "of them" },
	{ .name = NULL },
};

static const struct param end_params[] = {
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "agents", PARAM_POINTER, false, NULL, NULL, NULL, "list" },
	{ "total", PARAM_POINTER, false, NULL, NULL, NULL, "how many" },
	{ "newest", PARAM_POINTER, false, NULL, NULL, NULL, "time" },
	{ .name = NULL },
};

static const struct param ends_probe[] = {
	{ "endpoint", PARAM_ENDPOINT, true, NULL, NULL, NULL, "service" },
	{ "path", PARAM_PATH, true, NULL, NULL, NULL, "path and query" },
	{ "agents", PARAM_POINTER, false, NULL, NULL, NULL, "list" },
	{ "total", PARAM_POINTER, false, NULL, NULL, NULL, "how many" },
	{ "newest", PARAM_POINTER, false, NULL, NULL, NULL, "time" },
	{ "other", PARAM_GROUP, false, NULL, NULL, end_params, "view" },
	{ "far", PARAM_GROUP, false, NULL, NULL, end_params, "end" },
	{ .name = NULL },
};

static const struct kind_spec probes[] = {
	{ "http", "ask a service over HTTP", http_probe, "status latency_ms as_expected" },
	{ "contract", "judge an interface", contract_probe, "holds valid" },
	{ "sip_options", "ask trunks over SIP", sip_probe, "alive status rtt_ms" },
	{ "tls", "which TLS versions are taken", tls_probe, "minimum days_left" },
	{ "dns", "read a record", dns_probe, "ttl_seconds value" },
	{ "recording_storage", "read how recordings are kept", endpoint_probe, "region pci_dss_masking" },
	{ "calls", "read which queues calls reached", calls_probe, "right_queue_percent" },
	{ "agents", "compare two views", ends_probe, "consistent_percent" },
	{ "pipeline", "compare two ends", ends_probe, "latency_seconds" },
};

static const struct kind_spec steps[] = {
	{ "http", "send a request", http_step, NULL },
	{ "dns", "set a record", dns_step, NULL },
	{ "trunk", "set the status of a trunk", trunk_step, NULL },
	{ "manual", "a person does it", manual_step, NULL },
	{ "wait", "wait and watch", wait_step, NULL },
	{ "gate", "go on when the verdict is", gate_step, NULL },
	{ "exec", "run a program", exec_step, NULL },
};
/* clang-format on */

const struct conf_kinds test_kinds = {
	.probes = (const struct kind_spec *const[]){ &probes[0], &probes[1],
						     &probes[2], &probes[3],
						     &probes[4], &probes[5],
						     &probes[6], &probes[7],
						     &probes[8], NULL },
	.steps = (const struct kind_spec *const[]){ &steps[0], &steps[1],
						    &steps[2], &steps[3],
						    &steps[4], &steps[5],
						    &steps[6], NULL },
};
