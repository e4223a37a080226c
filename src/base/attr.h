/* attr - what the compiler is told, and the one macro about arrays. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
