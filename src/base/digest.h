/* digest - SHA-256 of bytes, as lower-case hex.  Any thread. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_HEX 65 /* 64 hex digits and the NUL */

/* OpenSSL takes its memory from base/mem.  Main thread, before anything else
 * of OpenSSL is called. */
void digest_setup(void);

/* Digest of `len` bytes; `bytes` may be NULL when len is 0. */
void digest_hex(char out[DIGEST_HEX], const void *bytes, size_t len);

/* A stretch of a message. */
struct digest_part {
	const void *bytes;
	size_t len;
};
/* Digest of `count` parts as one message. */
void digest_parts(char out[DIGEST_HEX], const struct digest_part *parts,
		  size_t count);

#endif
