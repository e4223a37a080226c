/* conf: each fault in a runbook is named at its place, with the way out. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

/* clang-format off */
static const struct lint_case cases[] = {
	/* keys */
	{ "an unknown key comes with the nearest", "runbook: mini\n",
	  "runbook: mini\ntitel: x\n", "2:1", "unknown-key",
	  "unknown key \"titel\" (did you mean \"title\"?)" },
	{ "an unknown key of a step", "takes: 20s", "taks: 20s", "36:5",
	  "unknown-key", "did you mean \"takes\"?" },
	{ "an unknown setting of a kind", "zone: z1\n", "zone: z1\n        tll: 3\n",
	  "55:9", "unknown-key", "did you mean \"ttl\"?" },
	{ "an unknown setting in a group", "equals: 2}", "equals: 2, equal: 3}",
	  "44:64", "unknown-key", "did you mean \"equals\"?" },
	{ "a duplicate key", "environment: STAGING\n",
	  "environment: STAGING\nenvironment: PROD\n", "3:1", "duplicate-key",
	  "first on line 2" },
	{ "a duplicate step id", "id: settle", "id: publish", "60:9",
	  "duplicate-id", "first on line 35" },
	{ "a missing key", "environment: STAGING\n", "", "1:1", "missing",
	  "\"environment\" is missing" },
	{ "a missing setting", "        zone: z1\n", "", "51:7", "missing",
	  "\"zone\" is missing" },
	{ "a step without do", "    do:\n      wait: {for: 1m}\n", "", "60:5",
	  "missing", "\"do\" is missing" },
	{ "an object of the baseline read twice", "steps:\n",
	  "baseline:\n"
	  "  - {object: a, trunk: {endpoint: platform, trunk: t}}\n"
	  "  - {object: a, trunk: {endpoint: platform, trunk: u}}\nsteps:\n",
	  "36:14", "duplicate-object", "\"a\" is read twice" },
	{ "an object without a reading", "steps:\n",
	  "baseline:\n  - {object: a}\nsteps:\n", "35:5", "missing",
	  "no kind of read" },
	{ "a reading of no kind", "steps:\n",
	  "baseline:\n  - {object: a, sip: {}}\nsteps:\n", "35:17",
	  "unknown-key", "sip" },
	/* types */
	{ "a duration without unit", "every: 5s", "every: 5", "23:12",
	  "wrong-type", "write its unit: 5s" },
	{ "a duration that is a list", "every: 5s", "every: [5s]", "23:12",
	  "wrong-type", "found a list" },
	{ "a map where a list belongs", "needs: [publish]",
	  "needs: {publish: 1}", "47:12", "wrong-type", "must be a list" },
	{ "a list where a map belongs", "body: {version: 2}\n",
	  "body: {version: 2}\n        poll: [a]\n", "44:15", "wrong-type",
	  "must be a map" },
	{ "an octal number is refused", "value: 198.51.100.7",
	  "value: 198.51.100.7\n        ttl: 010", "57:14", "wrong-type",
	  "found \"010\"" },
	/* placeholders: a step has no row that could fill them in */
	{ "a placeholder in a body", "body: {version: 2}",
	  "body: {version: \"{flowId}\"}", "43:25", "template",
	  "unknown placeholder {flowId}: none is known here, write the value" },
	{ "a placeholder in a header", "X-Trace: abc",
	  "X-Trace: \"a-{runId}\"", "42:28", "template", "{runId}" },
	{ "a placeholder in what is read back", "equals: 2}",
	  "equals: \"{value}\"}", "44:61", "template", "{value}" },
	{ "a placeholder in the data of a path of its own",
	  "body: {version: 2}", "body: {path: \"/a/{job}\"}", "43:22",
	  "template", "{job}" },
	{ "a placeholder in a step's own undo", "value: 192.0.2.10}",
	  "value: \"{value}\"}", "59:44", "template", "{value}" },
	{ "a word of the rollback among those of a program",
	  "wait: {for: 1m}\n",
	  "exec: {argv: [/bin/true, \"{target}\"],\n"
	  "             verify: {argv: [/bin/true]}}\n    undo: none\n",
	  "63:32", "template", "{target}" },
	/* records */
	{ "a record without a value", "value: 198.51.100.7",
	  "value: \"\"", "56:16", "bad-record", "an IPv4 address" },
	{ "a record of type AAAA with an IPv4 address",
	  "value: 198.51.100.7", "type: AAAA\n        value: 198.51.100.7",
	  "57:16", "bad-record", "an IPv6 address such as 2001:db8::10" },
	{ "an alias of a name without a zone", "value: 198.51.100.7",
	  "type: CNAME\n        value: legacy_trunk", "57:16", "bad-record",
	  "the name of a host" },
	{ "a record whose name has a blank", "name: sip.example.test\n"
	  "        value: 198.51.100.7\n    undo:\n"
	  "      dns: {endpoint: dns-api, server: ns, zone: z1,\n"
	  "            name: sip.example.test, value: 192.0.2.10}\n",
	  "name: sip .example.test\n"
	  "        value: 198.51.100.7\n    undo: none\n", "55:15", "bad-record",
	  "\"sip .example.test\"" },
	{ "a record whose name has an empty label",
	  "name: sip.example.test\n"
	  "        value: 198.51.100.7\n    undo:\n"
	  "      dns: {endpoint: dns-api, server: ns, zone: z1,\n"
	  "            name: sip.example.test, value: 192.0.2.10}\n",
	  "name: sip..example.test\n"
	  "        value: 198.51.100.7\n    undo: none\n", "55:15",
	  "bad-record", "between dots" },
	{ "a record that lives for more than a day", "value: 198.51.100.7",
	  "value: 198.51.100.7\n        ttl: 86401", "57:14", "range",
	  "1 to 86400 seconds" },
	{ "a record that is asked for without end", "value: 198.51.100.7",
	  "value: 198.51.100.7\n        ttl: 30", "57:14", "ttl",
	  "below 60 s" },
	{ "a record that is kept for too long", "value: 198.51.100.7",
	  "value: 198.51.100.7\n        ttl: 86400", "57:14", "ttl",
	  "above 300 s" },
	{ "a hexadecimal number is refused", "{limit: 2.5, source: p95}",
	  "0x10", "5:23", "wrong-type", "found \"0x10\"" },
	{ "a sexagesimal number is refused", "{limit: 2.5, source: p95}",
	  "1:30", "5:23", "wrong-type", "found \"1:30\"" },
	{ "not a number is refused", "{limit: 2.5, source: p95}",
	  ".nan", "5:23", "wrong-type", "must be a number" },
	{ "a number in quotes is a text", "{limit: 2.5, source: p95}",
	  "\"2.5\"", "5:23", "wrong-type",
	  "leave out the quotes" },
	{ "a flag of YAML 1.1 is refused", "alive: true", "alive: yes",
	  "6:12", "ambiguous", "yes is no number and no flag" },
	{ "a flag must be true or false", "takes: 20s", "idempotent: yes",
	  "36:17", "wrong-type", "true or false, found \"yes\"" },
	{ "an empty value is no value", "takes: 20s", "takes:", "36:11",
	  "wrong-type", "found nothing" },
	{ "a word that is none", "confirm: phrase", "confirm: frase",
	  "48:14", "unknown-word", "did you mean \"phrase\"?" },
	{ "a method that is none", "method: PATCH", "method: PTACH", "40:17",
	  "unknown-word", "did you mean \"PATCH\"?" },
	{ "a probe in a hurry", "every: 5s", "every: 50ms", "23:12", "range",
	  "from 100ms" },
	{ "a name with a slash", "runbook: mini", "runbook: ../mini", "1:10",
	  "bad-name", "is no name" },
	{ "a title with an escape", "runbook: mini\n",
	  "runbook: mini\ntitle: \"a\\x1b[2J\"\n", "2:8", "control",
	  "without control characters" },
	{ "a title that is too long", "runbook: mini",
	  "runbook: a234567890a234567890a234567890a234567890a234567890",
	  "1:10", "too-long", "50 bytes long, at most 47 fit" },
	/* references */
	{ "an unknown endpoint", "endpoint: platform\n      path",
	  "endpoint: platfrom\n      path", "25:17", "unknown-endpoint",
	  "did you mean \"platform\"?" },
	{ "an unknown endpoint in a list", "endpoints: [sbc]",
	  "endpoints: [sbcc]", "31:19", "unknown-endpoint",
	  "did you mean \"sbc\"?" },
	{ "an endpoint that cannot serve the kind", "endpoint: dns-api\n",
	  "endpoint: sbc\n", "52:19", "adapter",
	  "has the adapter sip" },
	{ "an unknown step", "needs: [publish]", "needs: [publsh]", "47:13",
	  "unknown-step", "did you mean \"publish\"?" },
	{ "a step needed twice", "needs: [publish]",
	  "needs: [publish, publish]", "47:22", "duplicate-need", "twice" },
	{ "a cycle is printed", "takes: 20s", "needs: [settle]", "36:5",
	  "cycle", "publish -> settle -> point-dns -> publish" },
	{ "a step that needs itself", "takes: 20s", "needs: [publish]", "36:5",
	  "cycle", "publish -> publish" },
	{ "an unknown kind of step", "wait: {for: 1m}", "wiat: {for: 1m}",
	  "63:7", "unknown-kind", "did you mean \"wait\"?" },
	{ "an unknown kind of probe", "    sip_options:\n",
	  "    sip_option:\n", "30:5", "unknown-key",
	  "did you mean \"sip_options\"?" },
	{ "two kinds in one step", "      wait: {for: 1m}\n",
	  "      wait: {for: 1m}\n      gate: {}\n", "64:7", "two-kinds",
	  "\"gate\" stands beside \"wait\"" },
	{ "a fact that the probe does not have", "telephony.alive: alive",
	  "telephony.alive: alife", "33:24", "unknown-fact",
	  "did you mean \"alive\"?" },
	{ "a signal fed twice", "telephony.alive: alive",
	  "telephony.loss_percent: rtt_ms", "33:7", "duplicate-signal",
	  "" },
	{ "a signal without domain", "telephony.alive: alive\n",
	  "telephony.alive: alive\n      alive: alive\n", "34:7", "bad-name",
	  "domain.name" },
	{ "a manifest that is not there", "environment: STAGING\n",
	  "environment: STAGING\ngates: none.json\n", "3:8", "file",
	  "no such file" },
	/* addresses */
	{ "a URL that is none", "url: https://api.example.test",
	  "url: api.example.test", "10:10", "bad-url", "https://" },
	{ "a URL with a bad port", "https://api.example.test",
	  "https://api.example.test:99999", "10:10", "bad-url", "65535" },
	{ "a URL with a password", "https://api.example.test",
	  "https://u:pw@api.example.test", "10:10", "secret", "secret_env" },
	{ "an address without port", "192.0.2.7:5060", "192.0.2.7", "20:14",
	  "bad-address", "no port" },
	{ "a URL where an address belongs", "address: 192.0.2.7:5060",
	  "address: https://x", "20:14", "bad-address", "not a URL" },
	{ "an address where a URL belongs", "url: https://dns.example.test/v4",
	  "url: https://dns.example.test/v4\n    address: a:1", "15:5",
	  "unknown-key", "takes \"url\"" },
	{ "a secret over plain http", "https://api.example.test",
	  "http://api.example.test", "10:10", "plain-http", "https://" },
	{ "localhost is a name, no loopback", "https://api.example.test",
	  "http://localhost:8080", "10:10", "plain-http", "127.0.0.1" },
	{ "a path that is relative", "path: /health", "path: health", "26:13",
	  "bad-path", "must begin with \"/\"" },
	{ "a path with a blank", "path: /health", "path: /he alth", "26:13",
	  "bad-path", "%XX" },
	{ "a path with a placeholder left in", "path: /health",
	  "path: \"/flows/{flowId}\"", "26:13", "template", "placeholder" },
	{ "a pointer that is none", "pointer: /version", "pointer: version",
	  "44:43", "bad-pointer", "/name/0" },
	{ "a pointer with a bad escape", "from: /lost /", "from: /lo~st /",
	  "28:38", "bad-pointer", "no JSON pointer" },
	/* secrets */
	{ "a secret in a header", "{X-Trace: abc}",
	  "{Authorization: Basic abcdefgh}", "42:34", "secret",
	  "literal secret" },
	{ "a token under another name", "{X-Trace: abc}",
	  "{X-Trace: Bearer abcdefgh}", "42:28", "secret", "literal secret" },
	{ "a secret in a body", "{version: 2}", "{version: 2, api_key: abc}",
	  "43:37", "secret", "\"api_key\"" },
	{ "a secret in a query", "path: /health",
	  "path: /health?access_token=abc", "26:13", "secret", "" },
	{ "a secret for a variable", "secret_env: TOKEN_ENV",
	  "secret_env: s3cr3t-value", "11:17", "secret", "never the secret" },
	{ "a job that has no place in the path", "equals: 2}\n",
	  "equals: 2}\n        poll: {pointer: /a, done: b, job: /id}\n",
	  "45:38", "template", "must have a {job}" },
	{ "a place for a job that nobody names", "equals: 2}\n",
	  "equals: 2}\n        poll: {pointer: /a, done: b, path: '/j/{job}'}\n",
	  "45:44", "template", "say by \"job\"" },
	{ "two places for one job", "equals: 2}\n",
	  "equals: 2}\n        poll: {pointer: /a, done: b, job: /id, "
	  "path: '/j/{job}/{job}'}\n",
	  "45:54", "template", "holds a placeholder" },
	{ "a place for a job in another path", "path: /flows/1\n",
	  "path: '/flows/{job}'\n", "41:15", "template",
	  "holds a placeholder" },
	{ "a gate that is none before a step", "takes: 20s",
	  "before: [go, telephony.loss_percnt]", "36:18", "unknown-gate",
	  "(did you mean \"telephony.loss_percent\"?)" },
	{ "a word that is none before a step", "takes: 20s", "before: hold",
	  "36:13", "unknown-gate", "no probe that feeds one" },
	{ "a poll without a pause", "equals: 2}\n",
	  "equals: 2}\n        poll: {pointer: /a, done: b, every: 0s}\n",
	  "45:45", "range", "without a pause" },
	{ "an act of a person whom nobody asks", "wait: {for: 1m}\n",
	  "manual: {text: Call the floor.}\n    confirm: none\n", "64:14",
	  "confirm", "\"settle\" is done by a person" },
	{ "a change of what calls take that nobody is asked about",
	  "    takes: 20s\n", "    takes: 20s\n    confirm: none\n", "37:14",
	  "unasked", "\"publish\" changes what calls take" },
	{ "a point of no return that nobody is asked about",
	  "    takes: 20s\n",
	  "    confirm: none\n    rollback_after: forward_only\n", "36:14",
	  "confirm", "\"publish\" is a point of no return" },
	{ "a loss of data that nobody is asked about", "wait: {for: 1m}\n",
	  "wait: {for: 1m}\n    rollback_after: data_loss\n", "64:21",
	  "confirm", "\"settle\" is taken back with a loss of data" },
	{ "two undos that leave one object different", "wait: {for: 1m}\n",
	  "dns: {endpoint: dns-api, server: ns, zone: z1,\n"
	  "            name: sip.example.test, value: 192.0.2.11}\n"
	  "    object: dns:sip.example.test\n"
	  "    undo:\n"
	  "      dns: {endpoint: dns-api, server: ns, zone: z1,\n"
	  "            name: sip.example.test, value: 198.51.100.7}\n",
	  "66:5", "duplicate-object",
	  "\"settle\" takes \"dns:sip.example.test\" back to" },
	{ "an undo that leaves what the step sets", "value: 192.0.2.10",
	  "value: 198.51.100.7", "57:5", "undo-sets-the-same",
	  "the undo of \"point-dns\" leaves \"198.51.100.7\" as the step" },
	{ "an undo of another record", "name: sip.example.test, value",
	  "name: sip2.example.test, value", "57:5", "undo-elsewhere",
	  "changes the name \"sip2.example.test\", and the step" },
	{ "an undo that is seen where the step is seen", "    undo: none\n",
	  "    undo:\n      http: {endpoint: platform, method: PUT, path: /a,\n"
	  "        verify: {path: /flows/1, pointer: /version, equals: 2}}\n",
	  "45:5", "undo-sets-the-same", "\"publish\" leaves \"2\"" },
	{ "values that are said to be the same", "    undo: none\n",
	  "    sets: v2\n    undo_sets: v2\n    undo:\n"
	  "      http: {endpoint: platform, method: PUT, path: /a,\n"
	  "        verify: {path: /flows/1, pointer: /version, equals: 1}}\n",
	  "47:5", "undo-sets-the-same", "\"publish\" leaves \"v2\"" },
	{ "values that differ and are not told apart", "    undo: none\n",
	  "    sets: v2\n    undo_sets: v1\n    undo:\n"
	  "      http: {endpoint: platform, method: PUT, path: /a,\n"
	  "        verify: {path: /flows/1, pointer: /version, equals: 2}}\n",
	  "47:5", "undo-unproved", "let \"verify\" look for \"v1\"" },
	{ "a second undo of one object, to nobody knows what",
	  "wait: {for: 1m}\n",
	  "dns: {endpoint: dns-api, server: ns, zone: z1,\n"
	  "            name: sip.example.test, value: 192.0.2.11}\n"
	  "    object: dns:sip.example.test\n"
	  "    undo:\n"
	  "      exec: {argv: [/a/b], verify: {argv: [/a/c]}}\n",
	  "66:5", "duplicate-object",
	  "\"settle\" and \"point-dns\" on line 46 both take" },
	{ "a need that is taken back before what has it",
	  "wait: {for: 1m}\n",
	  "http: {endpoint: platform, method: PUT, path: /a,\n"
	  "        verify: {path: /a, pointer: /v, equals: 2}}\n"
	  "    layer: flow\n"
	  "    undo:\n"
	  "      http: {endpoint: platform, method: PUT, path: /a,\n"
	  "        verify: {path: /a, pointer: /v, equals: 1}}\n",
	  "61:5", "needs-layer",
	  "takes back \"point-dns\", which \"settle\" needs, before" },
	{ "a change by hand that nothing takes back", "wait: {for: 1m}\n",
	  "manual: {text: Port the number.}\n    object: did:1\n", "60:5",
	  "no-undo", "\"settle\" changes something and has no undo" },
	{ "a header that would be two", "{X-Trace: abc}",
	  "{X-Trace: \"a\\r\\nX-B: c\"}", "42:28", "line-break",
	  "second header" },
	/* sense */
	{ "a change without undo", "    undo: none\n", "", "35:5", "no-undo",
	  "undo: none" },
	{ "an undo that nobody reads back", "    undo: none\n",
	  "    undo:\n      http: {endpoint: platform, method: PUT, path: /a}\n",
	  "45:5", "undo-unverified", "verify" },
	{ "a program without its path", "    undo: none\n",
	  "    undo:\n      exec: {argv: [tool], verify: {argv: [/a/b]}}\n",
	  "46:21", "relative-program", "\"/\"" },
	{ "a text for a shell", "    undo: none\n",
	  "    undo:\n      exec: {argv: [/bin/sh, -c, x], verify: {argv: "
	  "[/a/b]}}\n",
	  "46:30", "shell-string", "hides" },
	{ "an exit code that is none", "    undo: none\n",
	  "    undo:\n      exec: {argv: [/a/b], done: [256], verify: {argv: "
	  "[/a/b]}}\n",
	  "46:35", "bad-exit-code", "0 to 255" },
	{ "a look that comes after the end", "equals: 2}\n",
	  "equals: 2}\n        poll: {pointer: /a, done: b, every: 5m}\n",
	  "45:45", "never-again", "looks every 5m, and the act ends after 5m" },
	{ "a wait longer than the window", "environment: STAGING\n",
	  "environment: STAGING\nwindow: 59s\n", "64:19", "long-wait",
	  "waits 1m, longer than the whole window" },
	{ "a rollback longer than it may take", "environment: STAGING\n",
	  "environment: STAGING\nrto: 10s\n", "3:1", "long-rollback",
	  "takes 15s by what the runbook says" },
	{ "a program that nobody reads back", "    undo: none\n",
	  "    undo:\n      exec: {argv: [/a/b]}\n", "45:5",
	  "undo-unverified", "verify" },
	{ "a change that nobody reads back",
	  "        verify: {path: /flows/1, pointer: /version, equals: 2}\n",
	  "", "37:5", "unverified", "verify" },
	{ "a wait without end", "wait: {for: 1m}", "wait: {}", "63:7",
	  "unbounded-wait", "for: 5m" },
	{ "a wait of nothing", "{for: 1m}", "{for: 0s}", "63:19", "range",
	  "no wait" },
	{ "a trunk on a platform that has none",
	  "wait: {for: 1m}", "trunk: {endpoint: dns-api, trunk: a, status: active}\n    undo: none",
	  "63:25", "adapter", "one of: guide" },
	{ "a wait longer than its step", "    needs: [point-dns]\n",
	  "    needs: [point-dns]\n    timeout: 5s\n", "62:14",
	  "short-timeout", "" },
	{ "DNS without a confirmation", "confirm: phrase", "confirm: none",
	  "48:14", "confirm", "phrase" },
	{ "a timeout that eats the next run", "every: 5s",
	  "every: 5s\n    timeout: 4s", "24:14", "slow-timeout", "half" },
	{ "a gate that nothing feeds", "telephony.alive: alive",
	  "telephony.up: alive", "3:1", "unfed", "telephony.alive" },
	{ "a body that YAML 1.1 would change", "{version: 2}",
	  "{version: No}", "43:25", "ambiguous", "as the text \"No\"" },
	{ "a value left out in a body", "{version: 2}", "{version: }",
	  "43:25", "empty", "write null" },
};
/* clang-format on */

static void
each_fault_is_named_at_its_place(void **state)
{
	TEST_UNUSED(state);
	lint_run(cases, ARRAY_LEN(cases), "book.yaml", mini_book);
}

static void
a_sound_runbook_has_no_findings(void **state)
{
	struct findings f = { 0 };

	TEST_UNUSED(state);
	lint_text("book.yaml", mini_book, &f);
	lint_expect_none(&f);
	findings_clear(&f);
}

static void
the_edges_of_sense_pass(void **state)
{
	static const char *const swaps[][2] = {
		{ "every: 5s", "every: 100ms" },
		{ "every: 5s", "every: 5s\n    timeout: 2500ms" },
		{ "https://api.example.test", "http://127.0.0.1:8080" },
		{ "https://api.example.test", "http://[::1]:8080/base" },
		{ "192.0.2.7:5060", "\"[2001:db8::7]:65535\"" },
		{ "path: /health", "path: \"/health?a=%20b&pretty=true\"" },
		{ "pointer: /version", "pointer: \"\"" },
		{ "pointer: /version", "pointer: /a~0b~1c" },
		{ "{version: 2}", "{password_reset: true, api_key: \"\"}" },
		{ "{version: 2}", "\"{{flow.id == 'x'}}\"" },
		{ "{version: 2}", "\"{{flowId}} { users } {}\"" },
		{ "wait: {for: 1m}\n",
		  "exec: {argv: [/bin/awk, \"{print}\", \"${HOME}\"],\n"
		  "             verify: {argv: [/bin/awk, \"{print}\"]}}\n"
		  "    undo: none\n" },
		{ "method: PATCH", "method: GET" },
		{ "    undo: none\n", "    undo: none\n    timeout: 20s\n" },
		{ "wait: {for: 1m}", "wait: {for: 1m}\n    timeout: 1m" },
		{ "wait: {for: 1m}", "gate:" },
		{ "    takes: 20s\n",
		  "    layer: user_state\n    confirm: none\n" },
		{ "equals: 2}\n",
		  "equals: 2}\n        poll: {pointer: /a, done: b, every: "
		  "299s}\n" },
		{ "environment: STAGING\n",
		  "environment: STAGING\nwindow: 1m\nrto: 15s\n" },
		{ "name: sip.example.test, value",
		  "name: SIP.example.test., value" },
		/* The same value, seen at another place. */
		{ "    undo: none\n",
		  "    undo:\n      http: {endpoint: platform, method: PUT, "
		  "path: /a,\n        verify: {path: /flows/1, pointer: /old, "
		  "equals: 2}}\n" },
		/* A later step may set again what stood there first. */
		{ "wait: {for: 1m}\n",
		  "dns: {endpoint: dns-api, server: ns, zone: z1,\n"
		  "            name: sip.example.test, value: 192.0.2.10}\n"
		  "    object: dns:sip.example.test\n"
		  "    undo:\n"
		  "      dns: {endpoint: dns-api, server: ns, zone: z1,\n"
		  "            name: sip.example.test, value: 192.0.2.10}\n" },
	};
	size_t failed = 0;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
		char *text = lint_replace(mini_book, swaps[i][0], swaps[i][1]);
		struct findings f = { 0 };

		lint_text("book.yaml", text, &f);
		if (f.count > 0)
			print_error("%s: %s\n", swaps[i][1], f.items[0].text);
		failed += f.count > 0;
		findings_clear(&f);
		mem_free(text);
	}
	assert_int_equal(failed, 0);
}

static void
five_mistakes_are_five_findings_in_their_order(void **state)
{
	static const char *const swaps[][2] = {
		{ "environment:", "enviroment:" },
		{ "url: https://api", "url: ftp://api" },
		{ "every: 5s", "every: soon" },
		{ "method: PATCH", "method: SEND" },
		{ "needs: [point-dns]", "needs: [point-dsn]" },
	};
	struct findings f = { 0 };
	char *text = mem_text(mini_book);

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
		char *next = lint_replace(text, swaps[i][0], swaps[i][1]);

		mem_free(text);
		text = next;
	}
	lint_text("book.yaml", text, &f);
	/* The misspelt key is also a missing one. */
	assert_int_equal(f.errors, 6);
	assert_int_equal(f.warnings, 0);
	assert_true(lint_found(&f, "2:1", "unknown-key", "\"environment\""));
	assert_true(lint_found(&f, "10:10", "bad-url", "https://"));
	assert_true(lint_found(&f, "23:12", "wrong-type", "\"soon\""));
	assert_true(lint_found(&f, "40:17", "unknown-word", "\"SEND\""));
	assert_true(lint_found(&f, "61:13", "unknown-step", "point-dns"));
	for (size_t i = 1; i < f.count; i++)
		assert_true(f.items[i - 1].line <= f.items[i].line);
	findings_clear(&f);
	mem_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_runbook_has_no_findings),
		cmocka_unit_test(each_fault_is_named_at_its_place),
		cmocka_unit_test(the_edges_of_sense_pass),
		cmocka_unit_test(
			five_mistakes_are_five_findings_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
