/* conf: the cost of loading grows with the file and not faster, by count. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "conf/manifest.h"
#include "tests/lib/kinds.h"
#include "tests/lib/lint.h"
#include "tests/lib/mini_book.h"

/* Twice the thresholds may cost this many times the looks and bytes. */
#define GROWTH 2.2

static void
write_manifest(struct buf *b, size_t count)
{
	buf_init(b, 32u << 20);
	buf_text(b, "{\n\"thresholds\": {\n\"crm\": {\n");
	for (size_t i = 0; i < count; i++)
		buf_printf(b,
			   "%s\"max_signal_%zu\": { \"limit\": %zu, "
			   "\"weight\": 2, "
			   "\"for\": \"30s\", \"source\": \"p95 of 90 days\" }",
			   i == 0 ? "" : ",\n", i, i + 1);
	buf_text(b, "\n}\n}\n}\n");
	assert_false(b->cut);
}

/* Bytes and slots looked at while `count` thresholds load. */
static double
cost_of_manifest(size_t count)
{
	struct findings f = { 0 };
	struct gate_reader r;
	struct gate_set set;
	struct buf b;
	struct doc d;
	double cost;

	write_manifest(&b, count);
	doc_parse(&d, "g.json", b.data, b.len, &f);
	assert_non_null(d.root);
	gate_reader_start(&r, &set);
	gates_read(&r, &(struct site){ d.file, &f }, d.root);
	cost = (double)(d.work + r.seen.looks);
	gate_reader_end(&r);
	lint_expect_none(&f);
	assert_int_equal(set.gate_count, count);
	assert_true(set.gates[count - 1].limit.number == (double)count);
	assert_int_equal(set.gates[count - 1].line, (int)count + 3);
	gate_set_clear(&set);
	doc_clear(&d);
	buf_clear(&b);
	return cost;
}

static void
twice_the_thresholds_cost_twice(void **state)
{
	double small = cost_of_manifest(10000);
	double twice = cost_of_manifest(20000);

	TEST_UNUSED(state);
	assert_true(twice / small < GROWTH);
}

static void
a_hundred_thousand_thresholds_load(void **state)
{
	TEST_UNUSED(state);
	assert_true(cost_of_manifest(100000) / cost_of_manifest(10000) <
		    5 * GROWTH);
}

/* `count` steps, each after the one before. */
static char *
chain(size_t count, const char *first_needs)
{
	struct buf b;
	char *head = lint_replace(mini_book, "steps:\n", "staging:\n#");

	buf_init(&b, 4u << 20);
	buf_add(&b, head, (size_t)(strstr(head, "staging:") - head));
	mem_free(head);
	buf_text(&b, "steps:\n");
	for (size_t i = 0; i < count; i++) {
		buf_printf(&b, "- {id: s%zu, do: {gate: {}}, needs: [", i);
		if (i > 0)
			buf_printf(&b, "s%zu]}\n", i - 1);
		else
			buf_printf(&b, "%s]}\n", first_needs);
	}
	assert_false(b.cut);
	return buf_detach(&b);
}

static void
a_chain_of_ten_thousand_steps_loads(void **state)
{
	char *text = chain(10000, "");
	struct findings f = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	lint_book(&b, text, NULL, &f);
	lint_expect_none(&f);
	assert_int_equal(b->step_count, 10000);
	assert_int_equal(b->steps[9999].needs[0], 9998);
	book_drop(b);
	findings_clear(&f);
	mem_free(text);
}

static void
a_ring_of_ten_thousand_steps_is_one_cycle(void **state)
{
	char *text = chain(10000, "s9999");
	struct findings f = { 0 };
	struct book *b;

	TEST_UNUSED(state);
	lint_book(&b, text, NULL, &f);
	assert_int_equal(f.errors, 1);
	assert_string_equal(f.items[0].rule, "cycle");
	assert_non_null(strstr(f.items[0].text, "..."));
	findings_clear(&f);
	mem_free(text);
}

static void
each_cycle_is_told(void **state)
{
	static const char steps[] = "- {id: a, do: {gate: {}}, needs: [b]}\n"
				    "- {id: b, do: {gate: {}}, needs: [a]}\n"
				    "- {id: c, do: {gate: {}}, needs: [a]}\n"
				    "- {id: d, do: {gate: {}}, needs: [e, c]}\n"
				    "- {id: e, do: {gate: {}}, needs: [d]}\n";
	char *head = chain(0, "");
	struct findings f = { 0 };
	struct buf text;

	TEST_UNUSED(state);
	buf_init(&text, 1 << 16);
	buf_text(&text, head);
	buf_text(&text, steps);
	lint_text("book.yaml", buf_str(&text), &f);
	assert_int_equal(f.errors, 2);
	assert_non_null(strstr(f.items[0].text, "a -> b -> a"));
	assert_non_null(strstr(f.items[1].text, "d -> e -> d"));
	findings_clear(&f);
	buf_clear(&text);
	mem_free(head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twice_the_thresholds_cost_twice),
		cmocka_unit_test(a_hundred_thousand_thresholds_load),
		cmocka_unit_test(a_chain_of_ten_thousand_steps_loads),
		cmocka_unit_test(a_ring_of_ten_thousand_steps_is_one_cycle),
		cmocka_unit_test(each_cycle_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
