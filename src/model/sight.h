/*
 * sight - colours as people see them to whom some colours are one.
 *
 * The simulation is that of Machado, Oliveira and Fernandes, "A
 * Physiologically-based Model for Simulation of Color Vision Deficiency",
 * IEEE TVCG 15(6), 2009: one matrix on linear RGB for each deficiency, here
 * those of severity 1.0.  Pure.
 */
#ifndef MODEL_SIGHT_H
#define MODEL_SIGHT_H

#include "model/contrast.h"

/* clang-format off */
#define SIGHT_LIST(X)                            \
	X(SIGHT_NORMAL,       "normal sight")    \
	X(SIGHT_PROTANOPIA,   "protanopia")      \
	X(SIGHT_DEUTERANOPIA, "deuteranopia")    \
	X(SIGHT_TRITANOPIA,   "tritanopia")
/* clang-format on */

#define SIGHT_ENUM(code, name) code,
enum sight { SIGHT_LIST(SIGHT_ENUM) SIGHT_COUNT };
#undef SIGHT_ENUM

extern const char *const sight_names[SIGHT_COUNT];

/* How far apart two colours look: the CIE 1976 difference (Euclidean in
 * CIELAB, D65).  0 is the same, 100 black and white. */
double sight_distance(enum sight sight, struct rgb a, struct rgb b);

/* Colours of one or two letters are told apart at a glance from here on; 2.3
 * is what can just be noticed between two large patches, side by side. */
#define SIGHT_APART 20.0

#endif
