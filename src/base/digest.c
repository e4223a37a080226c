/* digest - SHA-256 of bytes, as lower-case hex. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

struct sha256 {
	pthread_once_t once;
	EVP_MD *md; /* NULL: the library has none */
};

/* Looking the algorithm up takes longer than a record takes to be hashed, so
 * it is looked up once, by whoever hashes first, and never let go. */
static struct sha256 sha256 = { .once = PTHREAD_ONCE_INIT };

static void
look_up(void)
{
	sha256.md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
}

static void
to_hex(char out[DIGEST_HEX], const unsigned char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

void
digest_parts(char out[DIGEST_HEX], const struct digest_part *parts,
	     size_t count)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	pthread_once(&sha256.once, look_up);
	ok = ctx != NULL && sha256.md != NULL &&
	     EVP_DigestInit_ex(ctx, sha256.md, NULL);
	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, sum, &len);
	EVP_MD_CTX_free(ctx);
	/* No digest means no chain: memory is gone or the library broken. */
	if (!ok || len != (DIGEST_HEX - 1) / 2)
		abort();
	to_hex(out, sum, len);
}

void
digest_hex(char out[DIGEST_HEX], const void *bytes, size_t len)
{
	struct digest_part part = { bytes, len };

	digest_parts(out, &part, 1);
}
