/*
 * scenes - rooms made by hand, for tests of what a person sees.
 *
 * No record is folded: each scene fills the room's fields.  Now is always
 * SCENE_NOW_MS of room time.
 */
#ifndef TESTS_LIB_SCENES_H
#define TESTS_LIB_SCENES_H

#include "model/snapshot.h"

#define SCENE_NOW_MS 2467000	      /* 41:07 after the room opened */
#define SCENE_WALL_MS 1795142467000LL /* 2026-11-20T02:41:07Z */

enum scene {
	SCENE_CALM,	     /* all GO, nothing under way */
	SCENE_BREACH,	     /* abandonment over its limit, critical */
	SCENE_BLIND,	     /* residency has not answered for two minutes */
	SCENE_STEP,	     /* publish-flow converges */
	SCENE_PAUSED,	     /* publish-flow backs off, and is paused */
	SCENE_UNKNOWN,	     /* publish-flow has an unknown outcome */
	SCENE_CONFIRM,	     /* the plan of publish-flow waits, phrase */
	SCENE_CONFIRM_KEY,   /* the same without a phrase */
	SCENE_PROPOSED,	     /* the breach proposes the rollback */
	SCENE_ROLLBACK_PLAN, /* its plan waits for the phrase */
	SCENE_ROLLING,	     /* it runs */
	SCENE_ROLLED,	     /* done and validated */
	SCENE_DRILL,	     /* calm, in a drill */
	SCENE_READ_ONLY,     /* calm, watched */
	SCENE_HOSTILE,	     /* foreign text that wants to be a screen */
	SCENE_COUNT
};

#define SCENE_PHRASE "PUBLISH-FLOW prod us-east-1"
#define SCENE_BACK_PHRASE "ROLLBACK prod us-east-1"
#define SCENE_DIGEST "4f2a9c0b"

/* A snapshot with one reference; end it with snapshot_drop(). */
struct snapshot *scene_make(enum scene scene);

/* For changes before it is looked at. */
struct room *scene_room(struct snapshot *s);

#endif
