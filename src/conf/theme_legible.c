/* theme_legible - contrast of each role, and verdicts to all kinds of eyes. */
#include "conf/theme_legible.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "model/contrast.h"
#include "model/sight.h"

/* The styles for one number of colours, and where they stand. */
struct palette_part {
	const struct style *styles;
	const struct node *map;
	int count;
};

/* The backgrounds to judge on: from is_light = first to last. */
struct sides {
	bool first, last;
};

static struct sides
sides_of(enum background background)
{
	return (struct sides){ background == BACKGROUND_LIGHT,
			       background != BACKGROUND_DARK };
}

static const struct node *
role_node(const struct palette_part *p, enum role role)
{
	const struct node *n = node_get(p->map, role_rows[role].name);

	assert(n != NULL);
	return n;
}

/* The worse of the sides counts. */
static void
check_contrast(const struct site *s, const struct palette_part *p,
	       struct sides sides, enum role role)
{
	const struct style *style = &p->styles[role];
	const struct node *n = role_node(p, role);
	bool large = style_is_large(role, style);
	double wanted = large ? CONTRAST_LARGE : CONTRAST_TEXT;
	double least = 0, shown;
	const char *on = "";

	for (int light = sides.first; light <= sides.last; light++) {
		struct shown c = style_shown(style, light);
		double ratio = contrast_ratio(c.ink, c.paper);

		if (least > 0 && ratio >= least)
			continue;
		least = ratio;
		if (style->fg < 0 || style->bg < 0)
			on = light ? " on a white background"
				   : " on a black background";
	}
	shown = floor(least * 100) / 100; /* 4.499 is no 4.50 */
	if (least < CONTRAST_LEAST)
		node_error(s, n, "unreadable",
			   "\"%s\" has a contrast of %.2f%s (%d colours): "
			   "nobody can read it; %s needs %.1f",
			   n->key, shown, on, p->count,
			   large ? "bold text" : "text", wanted);
	else if (least < wanted)
		node_warn(s, n, "low-contrast",
			  "\"%s\" has a contrast of %.2f%s (%d colours); %s "
			  "needs %.1f",
			  n->key, shown, on, p->count,
			  large ? "bold text" : "text", wanted);
}

/* The colour that catches the eye: a paper unlike that of ordinary text, else
 * the ink. */
static struct rgb
mark_of(const struct palette_part *p, enum role role, bool is_light)
{
	struct shown plain = style_shown(&p->styles[ROLE_NORMAL], is_light);
	struct shown c = style_shown(&p->styles[role], is_light);

	return memcmp(&c.paper, &plain.paper, sizeof(c.paper)) != 0 ? c.paper
								    : c.ink;
}

/* The closest that two roles come, to any eyes on any side. */
static double
closest(const struct palette_part *p, struct sides sides,
	const enum role pair[2], enum sight *whose)
{
	double least = 1e9;

	for (int light = sides.first; light <= sides.last; light++)
		for (int i = 0; i < SIGHT_COUNT; i++) {
			double d = sight_distance((enum sight)i,
						  mark_of(p, pair[0], light),
						  mark_of(p, pair[1], light));

			if (d < least) {
				least = d;
				*whose = (enum sight)i;
			}
		}
	return least;
}

static void
check_pairs(const struct site *s, const struct palette_part *p,
	    struct sides sides, const enum role roles[4])
{
	for (int i = 1; i < 4; i++)
		for (int k = 0; k < i; k++) {
			const enum role pair[2] = { roles[i], roles[k] };
			enum sight whose = SIGHT_NORMAL;
			double d = closest(p, sides, pair, &whose);

			if (d >= SIGHT_APART)
				continue;
			node_warn(s, role_node(p, roles[i]), "look-alike",
				  "\"%s\" looks like \"%s\" to %s (%d "
				  "colours): a difference of %.0f, %.0f is "
				  "safe",
				  role_rows[roles[i]].name,
				  role_rows[roles[k]].name, sight_names[whose],
				  p->count, floor(d), SIGHT_APART);
		}
}

static void
check_part(const struct site *s, const struct palette_part *p,
	   struct sides sides, bool for_all_eyes)
{
	static const enum role words[4] = { ROLE_GO, ROLE_HOLD, ROLE_NO_GO,
					    ROLE_BLIND };
	static const enum role badges[4] = { ROLE_BADGE_GO, ROLE_BADGE_HOLD,
					     ROLE_BADGE_NO_GO,
					     ROLE_BADGE_BLIND };

	for (int i = 0; i < ROLE_COUNT; i++)
		check_contrast(s, p, sides, (enum role)i);
	if (!for_all_eyes)
		return;
	check_pairs(s, p, sides, words);
	check_pairs(s, p, sides, badges);
}

void
theme_check_legible(const struct theme *t, enum background background,
		    const struct site *s, const struct node *root)
{
	const struct palette_part parts[] = {
		{ t->at256, node_get(root, "256"), 256 },
		{ t->at16, node_get(root, "16"), 16 },
	};
	bool for_all_eyes = strstr(t->name, "colour-blind") != NULL ||
			    strstr(t->name, "color-blind") != NULL;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		check_part(s, &parts[i], sides_of(background), for_all_eyes);
}
