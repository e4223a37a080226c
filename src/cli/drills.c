/* drills - how long rollbacks took in drills, kept for the forecast. */
#include "cli/drills.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/room.h"

#define DRILLS_MOST 50
#define FILE_CAP ((size_t)4 * 1024 * 1024)
#define LINE_CAP ((size_t)64 * 1024)

static bool
drills_path(char path[FS_PATH], char dir[FS_PATH], const struct book *b,
	    struct err *e)
{
	char state[FS_PATH], name[BOOK_ID + 8];

	if (fs_state_dir(state, e) != ERR_NONE)
		return false;
	str_printf(name, sizeof(name), "%s.jsonl", b->id);
	return fs_join(dir, state, "drills") && fs_join(path, dir, name);
}

/* What one item took in each drill, so far. */
struct series {
	char item[80];
	int64_t took_ms[DRILLS_MOST];
	size_t count;
};

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
add_took(struct series *all, size_t most, size_t *count, const char *item,
	 double took_ms)
{
	size_t i = 0;

	if (item == NULL || item[0] == '\0' || !(took_ms >= 0) ||
	    took_ms > 86400000.0)
		return;
	while (i < *count && !str_same(all[i].item, item))
		i++;
	if (i == *count) {
		if (*count == most)
			return;
		str_copy(all[(*count)++].item, sizeof(all->item), item);
	}
	if (all[i].count < DRILLS_MOST)
		all[i].took_ms[all[i].count++] = (int64_t)took_ms;
}

static void
take_line(struct book *b, struct series *all, size_t most, size_t *count,
	  const char *line, size_t len)
{
	struct err e;
	struct json *doc = json_parse(line, len, &e);
	double at = json_number_or(doc, "at_ms", 0);

	if (doc != NULL && at > 0 && at < 1e15 &&
	    str_same(json_text_or(doc, "digest", ""), b->digest)) {
		b->drilled_count++;
		if ((int64_t)at > b->drilled_wall_ms)
			b->drilled_wall_ms = (int64_t)at;
		for (const struct json *m = json_first(json_get(doc, "items"));
		     m != NULL; m = json_next(m))
			add_took(all, most, count,
				 json_text(json_get(m, "item")),
				 json_number_or(m, "took_ms", -1));
	}
	json_free(doc);
}

static void
write_timings(struct book *b, struct series *all, size_t count)
{
	b->timings = mem_new(count, sizeof(*b->timings));
	for (size_t i = 0; i < count; i++) {
		struct book_timing *t = &b->timings[b->timing_count++];
		size_t n = all[i].count;

		qsort(all[i].took_ms, n, sizeof(int64_t), by_size);
		str_copy(t->item, sizeof(t->item), all[i].item);
		t->p50_ms = all[i].took_ms[(n - 1) / 2];
		t->p90_ms = all[i].took_ms[(n * 9 + 9) / 10 - 1];
		t->runs = (int)n;
	}
}

void
drills_load(struct book *b)
{
	size_t most = b->rollback.undo_count + b->step_count;
	struct series *all = mem_new(most, sizeof(*all));
	char path[FS_PATH], dir[FS_PATH];
	size_t count = 0;
	const char *line;
	struct buf text;
	struct err e;

	buf_init(&text, 0);
	if (drills_path(path, dir, b, &e) &&
	    fs_read(&text, path, FILE_CAP, &e) == ERR_NONE) {
		for (line = buf_str(&text); *line != '\0';) {
			size_t len = strcspn(line, "\n");

			take_line(b, all, most, &count, line, len);
			line += len + (line[len] == '\n');
		}
		write_timings(b, all, count);
	}
	buf_clear(&text);
	mem_free(all);
}

static void
write_line(struct buf *out, const struct room *r)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_int(&w, "at_ms", clock_wall_ms());
	jw_text(&w, "digest", r->book->digest);
	jw_int(&w, "total_ms", r->rollback_ended_ms - r->rollback_began_ms);
	jw_array(&w, "items");
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];

		jw_object(&w, NULL);
		jw_text(&w, "item", plan_name(r->book, &u->item));
		jw_int(&w, "took_ms", u->act.ended_ms - u->act.began_ms);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(out, '\n');
}

/* The newest lines that stay beside one more. */
static const char *
newest(const char *text)
{
	size_t lines = 0;

	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	for (; lines >= DRILLS_MOST; lines--)
		text += strcspn(text, "\n") + 1;
	return text;
}

enum err_code
drills_save(const struct snapshot *s, struct err *e)
{
	const struct room *r = s->room;
	char path[FS_PATH], dir[FS_PATH];
	struct buf old, whole;
	enum err_code code;

	if (!room_is_rolled_back(r))
		return ERR_NONE;
	if (!drills_path(path, dir, r->book, e))
		return e->code != ERR_NONE ? e->code
					   : err_set(e, ERR_LIMIT,
						     "the state folder's "
						     "path is too long");
	if (fs_make_dirs(dir, 0700, e) != ERR_NONE)
		return e->code;
	buf_init(&old, 0);
	buf_init(&whole, FILE_CAP + LINE_CAP);
	if (fs_read(&old, path, FILE_CAP, e) == ERR_NONE)
		buf_text(&whole, newest(buf_str(&old)));
	write_line(&whole, r);
	code = fs_write(path, buf_str(&whole), whole.len, 0600, e);
	buf_clear(&old);
	buf_clear(&whole);
	return code;
}
