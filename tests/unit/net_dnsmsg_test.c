/* dnsmsg: a record that lacks its data is no value. */
#include "tests/lib/test.h"

#include <string.h>

#include "net/dnsmsg.h"

#define ID 7

/* An answer for the A record of "a.b", with `len` bytes of data. */
static struct dns_answer
answer_with(const char *data, unsigned char len)
{
	static const unsigned char head[] = "\0\7\204\0\0\1\0\1\0\0\0\0"
					    "\1a\1b\0\0\1\0\1"
					    "\300\14\0\1\0\1\0\0\1\54\0";
	unsigned char wire[sizeof(head) + 4];
	struct dns_answer out = { 0 };

	memcpy(wire, head, sizeof(head) - 1);
	wire[sizeof(head) - 1] = len;
	memcpy(wire + sizeof(head), data, len);
	assert_int_equal(
		dnsmsg_read(&out, wire, sizeof(head) + len, ID, "a.b", "A"),
		DNSMSG_ANSWER);
	return out;
}

static void
a_record_without_its_data_cannot_be_read(void **state)
{
	struct dns_answer out = answer_with("\300\0\2\12", 4);

	TEST_UNUSED(state);
	assert_int_equal(out.code, ERR_NONE);
	assert_int_equal(out.count, 1);
	assert_string_equal(out.values[0], "192.0.2.10");
	out = answer_with("", 0);
	assert_int_equal(out.code, ERR_FORMAT);
	CHECK_HOLDS(out.why, "cannot be read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_without_its_data_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
