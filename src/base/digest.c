/* digest - SHA-256 of bytes, as lower-case hex. */
#include "base/digest.h"

#include "base/mem.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

struct sha256 {
	pthread_once_t once;
	EVP_MD *md; /* NULL: the library has none */
};

/* Looking the algorithm up takes longer than a record takes to be hashed, so
 * it is looked up once, by whoever hashes first, and never let go. */
static struct sha256 sha256 = { .once = PTHREAD_ONCE_INIT };

static void *
take(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return mem_take(size);
}

static void *
resize(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0)
		return mem_resize(old, size);
	mem_free(old);
	return NULL;
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	mem_free(p);
}

void
digest_setup(void)
{
	/* Refused when somebody was first: then it is malloc() itself. */
	(void)CRYPTO_set_mem_functions(take, resize, give_back);
}

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
	/* No digest means no chain, and only memory can be missing for it. */
	if (!ok || len != (DIGEST_HEX - 1) / 2)
		mem_exhausted();
	to_hex(out, sum, len);
}

void
digest_hex(char out[DIGEST_HEX], const void *bytes, size_t len)
{
	struct digest_part part = { bytes, len };

	digest_parts(out, &part, 1);
}
