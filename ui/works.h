/*
 * works - would a key do anything here and now?
 *
 * For help alone: a key that is not listed still answers with a reason.
 */
#ifndef UI_WORKS_H
#define UI_WORKS_H

#include "ui/keymap.h"

/* Of a key of the mode in which help was asked for. */
bool works(const struct key_row *row, const struct frame *f);

#endif
