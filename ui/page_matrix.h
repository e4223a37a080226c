/* page_matrix - the page of objects and regions: where each stands, since when.
 */
#ifndef UI_PAGE_MATRIX_H
#define UI_PAGE_MATRIX_H

#include "ui/frame.h"

/* Draws into `r`; returns the largest scroll that shows more objects. */
int matrix_draw(const struct frame *f, struct canvas *c, struct rect r);

/* Moves the view by so many regions to the right, and stays inside. */
void matrix_across(const struct frame *f, struct view *v, int by);

#endif
