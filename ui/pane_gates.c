/* pane_gates - gates and probes of one domain, one row each. */
#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "ui/pane.h"
#include "ui/spark.h"

#define VALUE_CELLS 9
#define WORD_CELLS 5
#define AGE_CELLS 5

/* Row `i` of a pane: a gate, or a probe that feeds none. */
struct row {
	int gate, probe; /* the other one is -1 */
};

static bool
row_shown(const struct frame *f, int gate)
{
	enum verdict v = f->findings[gate].verdict;
	const struct gate *g = &f->book->gates.gates[gate];

	/* A filter never hides what is wrong. */
	return v == VERDICT_NO_GO || v == VERDICT_BLIND ||
	       view_shows(f->view, g->title) || view_shows(f->view, g->signal);
}

/* Fills *out with the i-th row; returns how many rows there are when i is
 * beyond the last. */
static int
find_row(const struct pane_kind *k, const struct frame *f, int i,
	 struct row *out)
{
	const struct gate_set *set = &f->book->gates;
	int pane = pane_index(k);
	int count = 0;

	for (size_t g = 0; g < set->gate_count; g++) {
		if (pane_of_domain(set->gates[g].domain) != pane ||
		    !row_shown(f, (int)g))
			continue;
		if (count++ == i) {
			*out = (struct row){ (int)g, -1 };
			return i;
		}
	}
	for (size_t b = 0; b < f->book->probe_count; b++) {
		const struct book_probe *probe = &f->book->probes[b];

		if (probe->pane[0] == '\0' ||
		    pane_of_domain(probe->pane) != pane ||
		    !view_shows(f->view, probe->title))
			continue;
		if (count++ == i) {
			*out = (struct row){ -1, (int)b };
			return i;
		}
	}
	return count;
}

static int
gates_count(const struct pane_kind *k, const struct frame *f)
{
	struct row none;

	return find_row(k, f, -1, &none);
}

static void
gates_identify(const struct pane_kind *k, const struct frame *f, int i,
	       char *to, size_t size)
{
	struct row row = { -1, -1 };

	find_row(k, f, i, &row);
	if (row.gate >= 0)
		str_copy(to, size, f->book->gates.gates[row.gate].signal);
	else if (row.probe >= 0)
		str_printf(to, size, "probe:%s", f->book->probes[row.probe].id);
	else
		to[0] = '\0';
}

/* What stands where the trend would: why there is none to trust. */
static void
reason_text(const struct frame *f, int gate, char *to, size_t size)
{
	const struct gate_finding *d = &f->findings[gate];

	if (f->book->gates.gates[gate].shadow)
		str_copy(to, size, "shadow: not counted");
	else if (d->reason == GATE_NEVER_SEEN)
		to[0] = '\0'; /* the age says so */
	else if (d->verdict == VERDICT_GO ||
		 (d->verdict == VERDICT_NO_GO && d->reason == GATE_BREACHED))
		to[0] = '\0';
	else if (d->why[0] != '\0')
		str_copy(to, size, d->why);
	else
		str_copy(to, size, gate_reason_word(d->reason));
}

/* "<= 2.5": the unit stands with the value. */
static void
limit_text(enum charset set, const struct gate *g, char *to, size_t size)
{
	char bound[VALUE_TEXT + 24];
	size_t unit = strlen(g->unit);
	size_t len;

	gate_limit_text(bound, sizeof(bound), g);
	len = strlen(bound);
	if (unit > 0 && len > unit + 1 && str_ends(bound, g->unit))
		bound[len - unit - (bound[len - unit - 1] == ' ')] = '\0';
	words_shown(set, to, size, bound);
}

static void
draw_trend(const struct frame *f, struct pen *p, int gate, int cells)
{
	const struct room_gate *state = &f->room->gates[gate];
	enum role role = words_verdict(f->findings[gate].verdict).role;
	const struct room_signal *s;
	char why[SAMPLE_WHY + 8];

	reason_text(f, gate, why, sizeof(why));
	s = state->signal >= 0 ? &f->room->signals[state->signal] : NULL;
	if (why[0] != '\0') {
		pen_field(p, cells, role, why);
	} else if (state->acknowledged &&
		   f->findings[gate].verdict != VERDICT_GO) {
		pen_field(p, cells, ROLE_DIM, "seen");
	} else {
		int at = p->col;

		if (s != NULL)
			spark_draw(p, cells > 12 ? 12 : cells, s,
				   &f->book->gates.gates[gate]);
		pen_go(p, at + cells + 1);
	}
}

/* A name that does not fit loses whole words first: "first response…". */
static void
name_text(enum charset set, char *to, size_t size, const char *name, int cells)
{
	size_t len = strlen(name);

	str_copy(to, size, name);
	if (text_width(name) <= cells)
		return;
	while (len > 0 && (name[len] != ' ' || text_width(to) >= cells))
		to[--len] = '\0';
	if (len == 0)
		str_copy(to, size, name); /* one long word: the pen cuts it */
	else
		str_printf(to + len, size - len, "%s",
			   words_glyph(set, GLYPH_CUT));
}

/* A breach that somebody has taken note of steps back. */
static bool
is_seen(const struct frame *f, int gate)
{
	return f->room->gates[gate].acknowledged &&
	       f->findings[gate].verdict == VERDICT_NO_GO;
}

/* The row of a critical breach that has just come stands out, once. */
static void
mark_new(const struct frame *f, struct pen *p, int gate)
{
	const struct room_gate *g = &f->room->gates[gate];

	if (g->verdict == VERDICT_NO_GO && !g->acknowledged &&
	    g->since_ms == f->view->breach_ms &&
	    f->book->gates.gates[gate].critical &&
	    view_flashes(f->view, f->now.real_ms))
		canvas_paint(
			p->on,
			(struct rect){ p->row, p->start, 1, p->end - p->start },
			ROLE_BADGE_NO_GO);
}

static void
draw_gate(const struct pane_kind *k, const struct frame *f, struct pen *p,
	  int gate, bool is_selected)
{
	const struct gate *g = &f->book->gates.gates[gate];
	const struct gate_finding *d = &f->findings[gate];
	struct look look = words_verdict(d->verdict);
	bool is_stale = d->verdict == VERDICT_BLIND;
	enum role text =
		is_stale || is_seen(f, gate) ? ROLE_STALE : ROLE_NORMAL;
	int space = p->end - p->col;
	int name = space >= 70 ? 24 : space >= 50 ? 18 : 12;
	int limit = space >= 50 ? 7 : 0;
	int trend = space - 4 - WORD_CELLS - name - VALUE_CELLS - limit -
		    AGE_CELLS - 5;
	char value[VALUE_TEXT + 16], shown[96], age[16];
	char title[GATE_TITLE + 8];

	name_text(p->on->set, title, sizeof(title),
		  g->title[0] != '\0' ? g->title : g->signal, name);
	gate_value_text(value, sizeof(value), g, &d->value);
	limit_text(p->on->set, g, shown, sizeof(shown));
	words_age(age, sizeof(age), d->age_ms);
	pane_pointer(f, p, pane_index(k), is_selected);
	pen_glyph(p, look.role, look.glyph);
	pen_text(p, look.role, " ");
	pen_field(p, WORD_CELLS, look.role, verdict_word(d->verdict));
	pen_field(p, name,
		  is_selected && f->view->focus == pane_index(k) ? ROLE_SELECTED
								 : text,
		  title);
	pen_field(p, VALUE_CELLS, is_stale ? ROLE_STALE : look.role,
		  d->value.kind == VALUE_NONE ? "-" : value);
	if (limit > 0 && trend > 0 && g->limit.kind != VALUE_NUMBER &&
	    (d->verdict == VERDICT_GO || d->verdict == VERDICT_NO_GO)) {
		limit += trend + 1; /* words have no trend */
		trend = 0;
	}
	pen_field(p, limit, ROLE_DIM, shown);
	if (trend > 0)
		draw_trend(f, p, gate, trend);
	pen_go(p, p->end - AGE_CELLS);
	pen_printf(p, is_stale ? ROLE_BLIND : ROLE_DIM, "%5s", age);
	mark_new(f, p, gate);
}

static void
draw_probe(const struct pane_kind *k, const struct frame *f, struct pen *p,
	   int probe, bool is_selected)
{
	const struct book_probe *b = &f->book->probes[probe];
	const struct snapshot_probe *s = frame_answer(f, b->id);
	bool is_good = s != NULL && s->runs > 0 && !s->failed;
	char age[16];
	int64_t age_ms =
		s != NULL && s->runs > 0 ? f->now.room_ms - s->at_ms : -1;

	words_age(age, sizeof(age), age_ms);
	pane_pointer(f, p, pane_index(k), is_selected);
	pen_glyph(p, is_good ? ROLE_GO : ROLE_BLIND,
		  is_good ? GLYPH_ALIVE : GLYPH_BLIND);
	pen_text(p, ROLE_NORMAL, " ");
	pen_field(p, WORD_CELLS, is_good ? ROLE_GO : ROLE_BLIND,
		  is_good      ? "ok"
		  : age_ms < 0 ? "none"
			       : "lost");
	pen_field(p, 17,
		  is_selected && f->view->focus == pane_index(k) ? ROLE_SELECTED
								 : ROLE_NORMAL,
		  b->title[0] != '\0' ? b->title : b->id);
	pen_field(p, p->end - p->col - AGE_CELLS - 1, ROLE_DIM,
		  s != NULL && s->runs > 0 ? s->detail : "never asked");
	pen_go(p, p->end - AGE_CELLS);
	pen_printf(p, ROLE_DIM, "%5s", age);
}

/* Gates of the pane by verdict; the worst of them. */
static enum verdict
tally(const struct pane_kind *k, const struct frame *f,
      int counts[VERDICT_COUNT], int *leading)
{
	const struct gate_set *set = &f->book->gates;
	enum verdict worst = VERDICT_OFF;

	*leading = -1;
	for (size_t g = 0; g < set->gate_count; g++) {
		enum verdict v = f->findings[g].verdict;

		if (pane_of_domain(set->gates[g].domain) != pane_index(k) ||
		    set->gates[g].shadow)
			continue;
		counts[v]++;
		if (*leading < 0 || verdict_worst(worst, v) != worst) {
			worst = verdict_worst(worst, v);
			*leading = (int)g;
		}
	}
	return worst;
}

/* "NO-GO 1 - GO 5" at the right end of the upper border. */
static void
draw_counts(struct canvas *c, struct rect r, const int counts[VERDICT_COUNT])
{
	static const enum verdict order[] = { VERDICT_NO_GO, VERDICT_BLIND,
					      VERDICT_HOLD, VERDICT_GO,
					      VERDICT_OFF };
	struct pen p;
	int width = 1;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (counts[order[i]] > 0)
			width += (int)sizeof("NO-GO 00 ");
	p = canvas_pen(c, r.row, r.col + r.cols - 1 - width, width);
	if (width <= 1 || r.cols < width + 24)
		return;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (counts[order[i]] > 0)
			pen_printf(&p, words_verdict(order[i]).role, " %s %d ",
				   verdict_word(order[i]), counts[order[i]]);
}

static void
gates_draw(const struct pane_kind *k, const struct frame *f, struct canvas *c,
	   struct rect r)
{
	int counts[VERDICT_COUNT] = { 0 };
	int count = gates_count(k, f);
	int selected = pane_selected(f, pane_index(k));
	char more[ENTRY_TEXT + 16] = "";
	struct rect in;
	int leading, top;

	if (f->view->filter.text[0] != '\0')
		str_printf(more, sizeof(more), " /%s", f->view->filter.text);
	in = pane_frame(k, f, c, r, more);
	tally(k, f, counts, &leading);
	draw_counts(c, r, counts);
	top = pane_top(count, in.rows, selected);
	for (int i = 0; i < in.rows && top + i < count; i++) {
		struct pen p = canvas_pen(c, in.row + i, in.col, in.cols);
		struct row row = { -1, -1 };

		find_row(k, f, top + i, &row);
		if (row.gate >= 0)
			draw_gate(k, f, &p, row.gate, top + i == selected);
		else
			draw_probe(k, f, &p, row.probe, top + i == selected);
	}
	if (count == 0) {
		struct pen p = canvas_pen(c, in.row, in.col + 1, in.cols - 1);

		pen_text(&p, ROLE_DIM, "nothing is judged here");
	}
	pane_hidden(c, r, count - in.rows, "");
}

static void
gates_summary(const struct pane_kind *k, const struct frame *f, struct pen *p)
{
	int counts[VERDICT_COUNT] = { 0 };
	int leading;
	enum verdict worst = tally(k, f, counts, &leading);
	bool is_focused = f->view->focus == pane_index(k);
	struct look look = words_verdict(worst);

	pane_pointer(f, p, pane_index(k), true);
	pen_printf(p, is_focused ? ROLE_FOCUS : ROLE_TITLE, "%d %s ",
		   pane_index(k) + 1, k->title);
	pen_go(p, 24);
	if (leading < 0) {
		pen_text(p, ROLE_DIM, "nothing is judged here");
		return;
	}
	pen_glyph(p, look.role, look.glyph);
	pen_printf(p, look.role, " %s ", verdict_word(worst));
	pen_go(p, 32);
	if (worst == VERDICT_GO) {
		pen_printf(p, ROLE_DIM, "%d of %d", counts[VERDICT_GO],
			   counts[VERDICT_GO] + counts[VERDICT_OFF]);
	} else {
		const struct gate *g = &f->book->gates.gates[leading];
		char value[SAMPLE_WHY + 8];

		if (worst == VERDICT_NO_GO)
			gate_value_text(value, sizeof(value), g,
					&f->findings[leading].value);
		else
			reason_text(f, leading, value, sizeof(value));
		pen_printf(p, look.role, "%s %s",
			   g->title[0] != '\0' ? g->title : g->signal, value);
	}
}

/* clang-format off */
#define PANE_GATES(id, word, heading, text, list)      \
	const struct pane_kind pane_kind_##id = {      \
		.name = word,                          \
		.title = heading,                      \
		.help = text,                          \
		.domains = list,                       \
		.count = gates_count,                  \
		.identify = gates_identify,            \
		.draw = gates_draw,                    \
		.summary = gates_summary,              \
	}

PANE_GATES(telephony, "telephony", "Telephony",
	   "abandonment, answers, trunks and failover",
	   "telephony voice");
PANE_GATES(integration, "integration", "Integration",
	   "middleware errors, retries, dead letters, contracts",
	   "integration integrations");
PANE_GATES(compliance, "compliance", "Compliance",
	   "TLS, residency, masking",
	   "compliance security");
PANE_GATES(rollback, "rollback", "Rollback readiness",
	   "could everything be taken back right now?",
	   "rollback rollback_readiness readiness");
/* clang-format on */
