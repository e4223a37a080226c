/* twin_tls - a certificate authority of one night and what it signs. */
#include "twin/twin_tls.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "twin/state.h"

#define DAY_S 86400
#define LIFE_S (180L * DAY_S)

struct extension {
	int nid; /* NID_undef ends the rows */
	const char *value;
};

/* What one certificate is about. */
struct plan {
	const char *name;
	X509 *issuer;	  /* NULL: itself */
	EVP_PKEY *signer; /* NULL: its own key */
	const struct extension *extensions;
};

static bool
set_dates(X509 *x)
{
	time_t now = (time_t)(clock_wall_ms() / 1000);

	return ASN1_TIME_set(X509_getm_notBefore(x), now - DAY_S) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(x), now + LIFE_S) != NULL;
}

static bool
set_name(X509 *x, const char *name)
{
	return X509_NAME_add_entry_by_txt(
		       X509_get_subject_name(x), "CN", MBSTRING_ASC,
		       (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool
add_extensions(X509 *x, const struct plan *p)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, p->issuer == NULL ? x : p->issuer, x, NULL, NULL,
		       0);
	for (size_t i = 0; p->extensions[i].nid != NID_undef; i++) {
		X509_EXTENSION *ext =
			X509V3_EXT_conf_nid(NULL, &ctx, p->extensions[i].nid,
					    p->extensions[i].value);
		bool is_good = ext != NULL && X509_add_ext(x, ext, -1) == 1;

		X509_EXTENSION_free(ext);
		if (!is_good)
			return false;
	}
	return true;
}

/* NULL when OpenSSL refuses; the caller owns it. */
static X509 *
make_cert(const struct plan *p, EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509 *issuer = p->issuer == NULL ? x : p->issuer;
	uint64_t serial = rng_system() >> 1;

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) == 1 &&
	    set_dates(x) && set_name(x, p->name) &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 &&
	    X509_set_pubkey(x, key) == 1 && add_extensions(x, p) &&
	    X509_sign(x, p->signer == NULL ? key : p->signer, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

/* The text of a memory BIO; ends the BIO. */
static char *
bio_text(BIO *bio, bool is_good)
{
	char *bytes;
	long len = BIO_get_mem_data(bio, &bytes);
	char *text = is_good ? mem_text_n(bytes, (size_t)len) : NULL;

	BIO_free(bio);
	return text;
}

static char *
cert_text(X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return NULL;
	return bio_text(bio, PEM_write_bio_X509(bio, x) == 1);
}

static char *
key_text(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	if (bio == NULL)
		return NULL;
	return bio_text(bio, PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0,
						      NULL, NULL) == 1);
}

static const struct extension ca_extensions[] = {
	{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_undef, NULL },
};

static const struct extension server_extensions[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,digitalSignature" },
	{ NID_ext_key_usage, "serverAuth" },
	{ NID_subject_alt_name,
	  "DNS:" TWIN_HOST ",DNS:localhost,IP:127.0.0.1" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
	{ NID_undef, NULL },
};

/* Missing parts stay NULL. */
static void
fill(struct twin_certs *c, EVP_PKEY *ca_key, EVP_PKEY *key)
{
	struct plan ca_plan = { .name = "warroom twin CA",
				.extensions = ca_extensions };
	struct plan plan = { .name = TWIN_HOST,
			     .signer = ca_key,
			     .extensions = server_extensions };
	X509 *ca = make_cert(&ca_plan, ca_key);
	X509 *cert = NULL;

	plan.issuer = ca;
	if (ca != NULL)
		cert = make_cert(&plan, key);
	if (cert != NULL) {
		c->ca = cert_text(ca);
		c->cert = cert_text(cert);
		c->key = key_text(key);
	}
	X509_free(cert);
	X509_free(ca);
}

enum err_code
twin_certs_make(struct twin_certs *c, struct err *e)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256");
	EVP_PKEY *key = EVP_EC_gen("P-256");

	*c = (struct twin_certs){ 0 };
	if (ca_key != NULL && key != NULL)
		fill(c, ca_key, key);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	if (c->ca != NULL && c->cert != NULL && c->key != NULL)
		return ERR_NONE;
	twin_certs_clear(c);
	return err_set(e, ERR_TLS, "cannot make the certificates of the twin");
}

void
twin_certs_clear(struct twin_certs *c)
{
	if (c->key != NULL)
		OPENSSL_cleanse(c->key, strlen(c->key));
	mem_free(c->ca);
	mem_free(c->cert);
	mem_free(c->key);
	*c = (struct twin_certs){ 0 };
}
