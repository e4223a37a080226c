/* press - what comes from the keyboard, whatever terminal sent it. */
#ifndef UI_PRESS_H
#define UI_PRESS_H

#include <stdbool.h>
#include <stdint.h>

enum press_kind {
	PRESS_KEY,
	PRESS_PASTE, /* bracketed: never a confirm */
	PRESS_RESIZE,
};

/* Keys that are no character; characters are their code point, Ctrl-A is 1. */
enum press_code {
	PRESS_UP = 0x200000,
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_HOME,
	PRESS_END,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_DELETE,
	PRESS_OTHER, /* a key we have no use for */
};

#define PRESS_TAB 0x09
#define PRESS_ENTER 0x0d
#define PRESS_ESC 0x1b
#define PRESS_SPACE 0x20
#define PRESS_BACKSPACE 0x7f
#define PRESS_CTRL(letter) ((letter)&0x1f)

/* Plain data. */
struct press {
	enum press_kind kind;
	int32_t code;	/* PRESS_KEY */
	int rows, cols; /* PRESS_RESIZE */
	char text[400]; /* PRESS_PASTE, foreign bytes */
};

#endif
