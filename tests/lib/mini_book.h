/* mini_book - a small runbook without a fault, for cases that put one in. */
#ifndef TESTS_LIB_MINI_BOOK_H
#define TESTS_LIB_MINI_BOOK_H

extern const char mini_book[];
/* To be put behind it: binds mini_manifest. */
extern const char mini_rollback[];
extern const char mini_manifest[];

#endif
