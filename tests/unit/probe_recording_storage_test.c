/* probe_recording_storage - the guide's fields, each against what it must be.
 */
#include "tests/unit/probe_case.h"

#define STORAGE(rest, transit, pinning, flags, days)                        \
	"{\"id\":\"recording_storage_us_east\",\"region\":\"US_EAST_1\","   \
	"\"encryption\":{\"atRest\":\"" rest "\",\"inTransit\":\"" transit  \
	"\",\"certificatePinning\":" pinning "},\"complianceFlags\":" flags \
	",\"dataRetentionDays\":" days "}"
#define FLAGS                                                   \
	"{\"hipaaEnabled\":true,\"pciDssMaskingEnabled\":true," \
	"\"fedrampHigh\":false}"
#define GOOD STORAGE("AES-256", "TLS_1.2", "true", FLAGS, "365")

static const char request[] = "GET /api/v2/security/recordingstorage ";
static const char *const facts[] = { "compliant", "deviations",
				     "pci_dss_masking", "in_transit", NULL };

static void
each_field_is_judged_by_what_the_guide_prints(void **state)
{
	static const char *const settings[] = { NULL };
	static const struct case_row rows[] = {
		{ "as printed", 0, GOOD, { "yes", "0", "yes", "TLS_1.2" } },
		{ "a higher version",
		  0,
		  STORAGE("AES-256", "TLSv1.3", "true", FLAGS, "365"),
		  { "yes", "0", "yes", "TLSv1.3" } },
		{ "a lower version",
		  0,
		  STORAGE("AES-256", "TLS_1.1", "true", FLAGS, "365"),
		  { "no", "1", "yes", "TLS_1.1" } },
		{ "no TLS",
		  0,
		  STORAGE("AES-256", "SSL_3.0", "true", FLAGS, "365"),
		  { "no", "1", NULL, "SSL_3.0" } },
		{ "weaker at rest",
		  0,
		  STORAGE("AES-128", "TLS_1.2", "true", FLAGS, "365"),
		  { "no", "1", NULL, NULL } },
		{ "no pinning",
		  0,
		  STORAGE("AES-256", "TLS_1.2", "false", FLAGS, "365"),
		  { "no", "1", NULL, NULL } },
		{ "no masking, no HIPAA, FedRAMP high",
		  0,
		  STORAGE("AES-256", "TLS_1.2", "true",
			  "{\"hipaaEnabled\":false,"
			  "\"pciDssMaskingEnabled\":false,"
			  "\"fedrampHigh\":true}",
			  "365"),
		  { "no", "3", "no", NULL } },
		{ "kept shorter",
		  0,
		  STORAGE("AES-256", "TLS_1.2", "true", FLAGS, "30"),
		  { "no", "1", NULL, NULL } },
		{ "a field that is missing is unknown",
		  0,
		  STORAGE("AES-256", "TLS_1.2", "true",
			  "{\"hipaaEnabled\":true,\"fedrampHigh\":false}",
			  "365"),
		  { "? /complianceFlags/pciDssMaskingEnabled is not in", "? ",
		    "? ", "TLS_1.2" } },
		{ "a field of another type is unknown",
		  0,
		  STORAGE("AES-256", "TLS_1.2", "\"true\"", FLAGS, "365"),
		  { "? /encryption/certificatePinning is of another type", "? ",
		    "yes", NULL } },
		{ "wrong decides though another is unknown",
		  0,
		  STORAGE("AES-128", "TLS_1.2", "null", FLAGS, "365"),
		  { "no", "? ", NULL, NULL } },
		{ "nothing", 0, "{}", { "? ", "? ", "? ", "? " } },
	};

	TEST_UNUSED(state);
	case_rows("recording_storage", request, facts, settings, rows,
		  ARRAY_LEN(rows));
}

static void
what_must_be_is_a_setting(void **state)
{
	static const char *const settings[] = { "path",
						"/rs",
						"region",
						"US_EAST_1",
						"at_rest",
						"AES-128",
						"in_transit",
						"TLS_1.3",
						"fedramp_high",
						"any",
						"retention_days",
						"any",
						"pci_dss_masking",
						"false",
						NULL };
	static const struct case_row rows[] = {
		{ "as set",
		  0,
		  STORAGE("AES-128", "TLS_1.3", "true",
			  "{\"hipaaEnabled\":true,"
			  "\"pciDssMaskingEnabled\":false}",
			  "7"),
		  { "yes", "0", "no", "TLS_1.3" } },
		{ "as printed is not as set",
		  0,
		  GOOD,
		  { "no", "3", NULL, NULL } },
	};
	static const char *const bad[] = { "in_transit", "1.2", NULL };
	static const char *const days[] = { "retention_days", "a year", NULL };
	static const char *const none[] = { NULL };

	TEST_UNUSED(state);
	case_rows("recording_storage", "GET /rs ", facts, settings, rows,
		  ARRAY_LEN(rows));
	case_refused("recording_storage", bad, ERR_ARG, "not like \"TLS_1.2\"");
	case_refused("recording_storage", days, ERR_ARG, "is no number");
	case_broken("recording_storage", "compliant", none);
}

static void
the_first_deviation_is_named(void **state)
{
	static const struct peer_row peer[] = {
		{ .expect = request,
		  .body = STORAGE("none", "TLS_1.2", "true", FLAGS, "365") },
	};
	static const char *const none[] = { NULL };
	struct probe_case c;

	TEST_UNUSED(state);
	case_open(&c, "recording_storage", "compliant", none, peer, 1);
	case_measure(&c);
	CHECK_HOLDS(scene_sample(c.report, "compliant")->why,
		    "at_rest is none, not AES-256");
	case_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_is_judged_by_what_the_guide_prints),
		cmocka_unit_test(what_must_be_is_a_setting),
		cmocka_unit_test(the_first_deviation_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
