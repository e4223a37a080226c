/*
 * gates_fuzz - any bytes as the guides' JSON manifests.
 *
 * Beyond "no crash": there is a tree or a finding, and what loaded without
 * errors holds only gates that can be judged.
 */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "conf/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_gates(const struct gate_set *set)
{
	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];

		assert(g->signal[0] != '\0' && g->weight > 0);
		assert(strchr(g->signal, '.') != NULL);
		assert(gate_set_domain(set, g->domain) != NULL);
		assert(g->limit.kind != VALUE_NONE);
		assert(g->limit.kind != VALUE_NUMBER ||
		       isfinite(g->limit.number));
		assert(g->for_ms >= 0 && g->clear_for_ms >= 0);
		assert(g->line > 0 && g->column > 0);
	}
}

static void
read_others(const struct site *s, const struct node *root)
{
	struct book *b = book_new();
	const struct node **nodes = NULL;

	manifest_rollback_read(s, root, &b->rollback, &nodes);
	manifest_trunk_read(s, root, &b->trunk);
	mem_free(nodes);
	book_drop(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = { 0 };
	struct gate_reader r;
	struct gate_set set;
	struct doc d;

	doc_parse(&d, "fuzz.json", (const char *)data, size, &f);
	assert(d.root != NULL || f.errors > 0);
	gate_reader_start(&r, &set);
	if (d.root != NULL) {
		const struct site s = { d.file, &f };

		gates_read(&r, &s, d.root);
		if (f.errors == 0) {
			check_gates(&set);
			gates_check_baselines(&s,
					      node_get(d.root, "thresholds"),
					      &set, NULL, 0);
		}
		read_others(&s, d.root);
	}
	gate_reader_end(&r);
	gate_set_clear(&set);
	findings_sort(&f);
	findings_clear(&f);
	doc_clear(&d);
	return 0;
}
