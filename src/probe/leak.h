/*
 * leak - secrets sought in what leaves, however it is written.
 *
 * Sees through JSON escapes, percent encoding, HTML entities, base64, full
 * width digits and each of these inside another, and across separators and
 * fields.  Only what was sent is a leak: a number that merely looks like a card
 * is none.  Pure.
 */
#ifndef PROBE_LEAK_H
#define PROBE_LEAK_H

#include <stddef.h>

#include "base/attr.h"

#define LEAK_MOST ((size_t)128 * 1024) /* bytes looked through */

enum leak_kind { LEAK_CARD, LEAK_CVV, LEAK_ACCOUNT, LEAK_NONE };

/* Words of the kinds: "card" "cvv" "account". */
const char *leak_word(enum leak_kind kind);

enum leak_seen {
	LEAK_ABSENT,
	LEAK_FOUND,
	LEAK_UNSEEN, /* too much to look through: nothing is proven */
};

/* Is `secret` in text[0..len)?  A card is sought by its digits, a CVV as a
 * number of its own, an account by its letters and digits in either case. */
enum leak_seen leak_find(const char *text, size_t len, enum leak_kind kind,
			 const char *secret);

bool leak_luhn(const char *digits); /* 13 to 19 digits with the right last */

#endif
