/* gauge - how much of something is there, as a bar. */
#include "ui/gauge.h"

void
gauge_draw(struct pen *p, int cells, enum role role, double part, double whole)
{
	int inside = cells - 2;
	double share = part / whole;
	int eighths;

	if (inside < 1 || p->end - p->col < cells || !(whole > 0))
		return;
	share = share > 1 ? 1 : share > 0 ? share : 0;
	eighths = (int)(share * inside * 8 + 0.5);
	pen_glyph(p, ROLE_DIM, GLYPH_GAUGE_LEFT);
	for (int i = 0; i < inside; i++) {
		int here = eighths - i * 8;

		here = here < 0 ? 0 : here > 8 ? 8 : here;
		pen_text(p, role, words_part(p->on->set, here));
	}
	pen_glyph(p, ROLE_DIM, GLYPH_GAUGE_RIGHT);
}
