/* matrix_write - the matrix and the leftovers as CSV and JSON. */
#include "model/matrix.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/str.h"

static int64_t
age_s(int64_t at_ms, int64_t now_ms)
{
	return at_ms > now_ms ? 0 : (now_ms - at_ms) / 1000;
}

static void
csv_cell(struct buf *out, const char *object, const char *region,
	 const struct matrix_cell *c, int64_t now_ms)
{
	char age[24] = "";
	const char *const fields[] = { object, region, side_word(c->side),
				       age };

	if (c->at_ms >= 0)
		str_printf(age, sizeof(age), "%lld",
			   (long long)age_s(c->at_ms, now_ms));
	csv_line(out, fields, ARRAY_LEN(fields));
}

void
matrix_csv(struct buf *out, const struct matrix *m, int64_t now_ms)
{
	static const char *const header[] = { "object", "region", "side",
					      "age_s" };

	csv_line(out, header, ARRAY_LEN(header));
	for (size_t i = 0; i < m->row_count; i++) {
		const struct matrix_row *row = &m->rows[i];

		csv_cell(out, row->object, "", &row->all, now_ms);
		for (size_t n = 0; n < m->region_count; n++)
			if (row->cells[n].is_there)
				csv_cell(out, row->object, m->regions[n],
					 &row->cells[n], now_ms);
	}
}

static void
json_cell(struct jwriter *w, const char *name, const struct matrix_cell *c,
	  int64_t now_ms)
{
	jw_object(w, name);
	jw_text(w, "side", side_word(c->side));
	if (c->at_ms < 0)
		jw_null(w, "age_s");
	else
		jw_int(w, "age_s", age_s(c->at_ms, now_ms));
	jw_object_end(w);
}

void
matrix_json(struct buf *out, const struct matrix *m, int64_t now_ms)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_array(&w, "regions");
	for (size_t n = 0; n < m->region_count; n++)
		jw_text(&w, NULL, m->regions[n]);
	jw_array_end(&w);
	jw_array(&w, "objects");
	for (size_t i = 0; i < m->row_count; i++) {
		const struct matrix_row *row = &m->rows[i];

		jw_object(&w, NULL);
		jw_text(&w, "object", row->object);
		json_cell(&w, "all", &row->all, now_ms);
		jw_object(&w, "regions");
		for (size_t n = 0; n < m->region_count; n++)
			if (row->cells[n].is_there)
				json_cell(&w, m->regions[n], &row->cells[n],
					  now_ms);
		jw_object_end(&w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
}

void
leftovers_csv(struct buf *out, const struct room *r)
{
	static const char *const header[] = { "object", "region", "detail",
					      "since" };

	csv_line(out, header, ARRAY_LEN(header));
	for (size_t i = 0; i < r->left_count; i++) {
		const struct room_leftover *l = &r->left[i];
		char since[CLOCK_TEXT];
		const char *const fields[] = { l->object, l->region, l->detail,
					       since };

		clock_text(since, l->wall_ms);
		csv_line(out, fields, ARRAY_LEN(fields));
	}
}
