/* eye - a person in a test: a view on a scene, keys in, text out. */
#include "tests/lib/eye.h"

#include "base/str.h"
#include "tests/lib/test.h"
#include "ui/follow.h"

static void
follow(struct eye *e)
{
	e->is_told = follow_snapshot(&e->view, e->s, e->now.real_ms, &e->told);
}

void
eye_open(struct eye *e, enum scene scene, int rows, int cols, enum charset set)
{
	*e = (struct eye){
		.s = scene_make(scene),
		.now = { SCENE_NOW_MS, SCENE_WALL_MS, 1000000, 1 },
	};
	buf_init(&e->text, 4 << 20);
	canvas_init(&e->canvas, set);
	view_init(&e->view);
	e->view.set = set;
	view_resize(&e->view, rows, cols, e->now.real_ms);
	follow(e);
}

void
eye_close(struct eye *e)
{
	snapshot_drop(e->s);
	canvas_clear(&e->canvas);
	buf_clear(&e->text);
}

void
eye_turn(struct eye *e, enum scene scene)
{
	snapshot_drop(e->s);
	e->s = scene_make(scene);
	follow(e);
}

void
eye_wait(struct eye *e, int64_t real_ms)
{
	e->now.real_ms += real_ms;
	follow(e);
}

void
eye_size(struct eye *e, int rows, int cols)
{
	struct press p = { .kind = PRESS_RESIZE, .rows = rows, .cols = cols };

	keymap_press(&e->view, e->s, e->now, &p, &e->out);
	follow(e);
}

const char *
eye_look(struct eye *e)
{
	if (e->canvas.rows != e->view.rows || e->canvas.cols != e->view.cols)
		canvas_resize(&e->canvas, e->view.rows, e->view.cols);
	e->view.scroll_max = screen_draw(&e->canvas, e->s, &e->view, e->now);
	view_scroll(&e->view, 0);
	buf_reset(&e->text);
	canvas_text(&e->text, &e->canvas);
	return buf_str(&e->text);
}

const char *
eye_row(struct eye *e, int row)
{
	const char *at = buf_str(&e->text);

	while (row-- > 0 && at != NULL) {
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return at != NULL ? at : "";
}

void
eye_press(struct eye *e, int32_t code)
{
	struct press p = { .kind = PRESS_KEY, .code = code };

	keymap_press(&e->view, e->s, e->now, &p, &e->out);
}

void
eye_type(struct eye *e, const char *keys)
{
	for (; *keys != '\0'; keys++)
		eye_press(e, (unsigned char)*keys);
}

void
eye_paste(struct eye *e, const char *text)
{
	struct press p = { .kind = PRESS_PASTE };

	str_copy(p.text, sizeof(p.text), text);
	keymap_press(&e->view, e->s, e->now, &p, &e->out);
}

/* Does `text` stand in the cells from here on? */
static bool
stands_at(const struct canvas *c, int row, int col, const char *text)
{
	while (*text != '\0') {
		const struct cell *cell = canvas_cell(c, row, col);
		size_t len;

		if (cell == NULL)
			return false;
		len = strlen(cell->text);
		if (strncmp(text, cell->text, len) != 0)
			return false;
		text += len;
		col++;
	}
	return true;
}

static bool
find(struct eye *e, const char *text, int *row, int *col)
{
	eye_look(e);
	for (*row = 0; *row < e->canvas.rows; (*row)++)
		for (*col = 0; *col < e->canvas.cols; (*col)++)
			if (stands_at(&e->canvas, *row, *col, text))
				return true;
	return false;
}

bool
eye_sees(struct eye *e, const char *text)
{
	int row, col;

	return find(e, text, &row, &col);
}

void
eye_find(struct eye *e, const char *text, int *row, int *col)
{
	if (!find(e, text, row, col)) {
		print_error("not on screen: %s\n%s", text, buf_str(&e->text));
		fail();
	}
}

enum role
eye_role_of(struct eye *e, const char *text)
{
	int row, col;

	eye_find(e, text, &row, &col);
	return (enum role)canvas_cell(&e->canvas, row, col)->role;
}
