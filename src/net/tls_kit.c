/* tls_kit - OpenSSL contexts of a loop, and what a handshake proves. */
#include "net/tls_kit.h"

#include <errno.h>
#include <math.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop_item.h"

#define CA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define AUTHORITIES 8 /* kept at a time */
#define KEEP_CA_US (10 * 60 * 1000000LL)

/* Every cipher and signature this library has: a probe of a version must not
 * fail for want of something else. */
#define ALL_CIPHERS "ALL:COMPLEMENTOFDEFAULT:@SECLEVEL=0"
#define ALL_SUITES                                             \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:" \
	"TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"       \
	"TLS_AES_128_CCM_8_SHA256"
#define ALL_GROUPS "X25519:P-256:X448:P-521:P-384"
#define ALL_SIGNATURES                                              \
	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:"     \
	"RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"             \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA224:RSA+SHA224:" \
	"ECDSA+SHA1:RSA+SHA1:DSA+SHA256:DSA+SHA1"
#define GOOD_CIPHERS "HIGH:!aNULL:!eNULL:!MD5:!RC4:!3DES:!PSK:!SRP:@SECLEVEL=2"
#define GOOD_SIGNATURES                                         \
	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:" \
	"RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"         \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512"

static const int wire_versions[TLS_VERSIONS] = {
	[TLS_1_0] = TLS1_VERSION,
	[TLS_1_1] = TLS1_1_VERSION,
	[TLS_1_2] = TLS1_2_VERSION,
	[TLS_1_3] = TLS1_3_VERSION,
};

/* The control context with the certificates of one file. */
struct authority {
	SSL_CTX *ctx; /* NULL: a free place */
	char *file;
	int64_t loaded_us;
};

struct tls_kit {
	BIO_METHOD *plumbing;
	/* The last, of TLS_CONTROL, is that of the authority asked for last. */
	SSL_CTX *contexts[TLS_VERSIONS + 1];
	struct authority authorities[AUTHORITIES];
};

/* The socket's own write() would raise SIGPIPE on a closed connection. */
static int
plumb_write(BIO *b, const char *bytes, int len)
{
	struct tls_seen *seen = BIO_get_data(b);
	ssize_t n = send(seen->fd, bytes, (size_t)len, MSG_NOSIGNAL);

	BIO_clear_retry_flags(b);
	seen->os_error = n < 0 ? errno : 0;
	if (seen->os_error == EAGAIN || seen->os_error == EINTR)
		BIO_set_retry_write(b);
	return (int)n;
}

static int
plumb_read(BIO *b, char *bytes, int len)
{
	struct tls_seen *seen = BIO_get_data(b);
	ssize_t n = recv(seen->fd, bytes, (size_t)len, 0);

	BIO_clear_retry_flags(b);
	seen->os_error = n < 0 ? errno : 0;
	seen->is_closed = n == 0;
	if (seen->os_error == EAGAIN || seen->os_error == EINTR)
		BIO_set_retry_read(b);
	return (int)n;
}

static long
plumb_ctrl(BIO *b, int what, long number, void *pointer)
{
	(void)b;
	(void)number;
	(void)pointer;
	return what == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *
make_plumbing(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
				     "warroom socket");

	if (m == NULL)
		return NULL;
	BIO_meth_set_write(m, plumb_write);
	BIO_meth_set_read(m, plumb_read);
	BIO_meth_set_ctrl(m, plumb_ctrl);
	return m;
}

/* Up to TLS 1.2 the hello names the version itself; in 1.3 the handshake
 * succeeds or does not. */
static void
watch_messages(int is_written, int version, int content_type, const void *bytes,
	       size_t len, SSL *ssl, void *ctx)
{
	const unsigned char *b = bytes;
	struct tls_seen *seen = ctx;

	(void)version;
	(void)ssl;
	if (is_written || content_type != SSL3_RT_HANDSHAKE || len < 6)
		return;
	if (b[0] == SSL3_MT_SERVER_HELLO)
		seen->version = b[4] << 8 | b[5];
	if (b[0] == SSL3_MT_CERTIFICATE_REQUEST)
		seen->wants_cert = true;
}

static int
ask_our_cert(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
	struct tls_seen *seen = SSL_get_app_data(ssl);

	(void)cert;
	(void)key;
	seen->wants_cert = true;
	return 0; /* we have none */
}

static bool
set_common(SSL_CTX *ctx, int min, int max, const char *ciphers,
	   const char *signatures)
{
	SSL_CTX_clear_options(ctx, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 |
					   SSL_OP_NO_TLSv1_2 |
					   SSL_OP_NO_TLSv1_3);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* The handshake goes on; the verdict on the chain is read after it. */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_msg_callback(ctx, watch_messages);
	SSL_CTX_set_client_cert_cb(ctx, ask_our_cert);
	return SSL_CTX_set_min_proto_version(ctx, min) == 1 &&
	       SSL_CTX_set_max_proto_version(ctx, max) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, ciphers) == 1 &&
	       SSL_CTX_set_ciphersuites(ctx, ALL_SUITES) == 1 &&
	       SSL_CTX_set1_groups_list(ctx, ALL_GROUPS) == 1 &&
	       SSL_CTX_set1_sigalgs_list(ctx, signatures) == 1;
}

static SSL_CTX *
make_pinned(int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_security_level(ctx, 0);
	if (set_common(ctx, version, version, ALL_CIPHERS, ALL_SIGNATURES))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static SSL_CTX *
make_control(const char *ca_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		return NULL;
	SSL_CTX_clear_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	if (set_common(ctx, TLS1_2_VERSION, TLS1_3_VERSION, GOOD_CIPHERS,
		       GOOD_SIGNATURES)) {
		SSL_CTX_set_security_level(ctx, 2);
		if (SSL_CTX_load_verify_file(ctx, ca_file) == 1)
			return ctx;
	}
	SSL_CTX_free(ctx);
	return NULL;
}

static void
drop_authority(struct authority *a)
{
	SSL_CTX_free(a->ctx);
	mem_free(a->file);
	*a = (struct authority){ 0 };
}

static void
drop_kit(void *part)
{
	struct tls_kit *kit = part;

	for (int i = 0; i < TLS_VERSIONS; i++)
		SSL_CTX_free(kit->contexts[i]);
	for (size_t i = 0; i < AUTHORITIES; i++)
		drop_authority(&kit->authorities[i]);
	BIO_meth_free(kit->plumbing);
	mem_free(kit);
}

static enum err_code
make_kit(struct tls_kit **out, struct loop *l, struct err *e)
{
	struct tls_kit *kit = mem_new(1, sizeof(*kit));
	bool is_whole;

	kit->plumbing = make_plumbing();
	is_whole = kit->plumbing != NULL;
	for (int i = 0; i < TLS_VERSIONS; i++) {
		kit->contexts[i] = make_pinned(wire_versions[i]);
		is_whole = is_whole && kit->contexts[i] != NULL;
	}
	ERR_clear_error();
	if (!is_whole) {
		drop_kit(kit);
		return err_set(e, ERR_SYSTEM,
			       "this system's OpenSSL cannot speak every TLS "
			       "version; use a build with TLS 1.0 to 1.3");
	}
	loop_part_set(l, LOOP_TLS, kit, drop_kit);
	*out = kit;
	return ERR_NONE;
}

/* The place of `file`, else a free one, else the oldest. */
static struct authority *
authority_of(struct tls_kit *kit, const char *file)
{
	struct authority *best = &kit->authorities[0];

	for (size_t i = 0; i < AUTHORITIES; i++) {
		struct authority *a = &kit->authorities[i];

		if (a->ctx != NULL && str_same(a->file, file))
			return a;
		if (best->ctx != NULL &&
		    (a->ctx == NULL || a->loaded_us < best->loaded_us))
			best = a;
	}
	return best;
}

/* Reading a bundle takes milliseconds of work, so it is kept for a while. */
static enum err_code
load_control(struct tls_kit *kit, const char *ca_file, struct err *e)
{
	struct authority *a = authority_of(kit, ca_file);
	char shown[120];

	if (a->ctx == NULL || !str_same(a->file, ca_file) ||
	    clock_real_us() - a->loaded_us >= KEEP_CA_US) {
		drop_authority(a);
		a->file = mem_text(ca_file);
		a->ctx = make_control(ca_file);
		a->loaded_us = clock_real_us();
		ERR_clear_error();
	}
	kit->contexts[TLS_CONTROL] = a->ctx;
	if (a->ctx != NULL)
		return ERR_NONE;
	drop_authority(a);
	text_clean(shown, sizeof(shown), ca_file, strlen(ca_file));
	return err_set(e, ERR_TLS,
		       "cannot read CA certificates from %s; name a PEM file",
		       shown);
}

enum err_code
tls_kit_get(struct tls_kit **out, struct loop *l, const char *ca_file,
	    struct err *e)
{
	*out = loop_part(l, LOOP_TLS);
	if (*out == NULL && make_kit(out, l, e) != ERR_NONE)
		return e->code;
	return load_control(*out, ca_file == NULL ? CA_BUNDLE : ca_file, e);
}

static bool
is_address(const char *name)
{
	struct address ignored;
	struct err e;

	return address_parse(&ignored, name, 1, &e) == ERR_NONE;
}

/* The name itself is looked for after the handshake, see wrong_name(). */
static bool
prepare_names(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl),
				   (time_t)(clock_wall_ms() / 1000));
	return is_address(name) || SSL_set_tlsext_host_name(ssl, name) == 1;
}

enum err_code
tls_kit_open(SSL **out, const struct tls_kit *kit, int turn, int fd,
	     const char *name, struct tls_seen *seen, struct err *e)
{
	SSL *ssl = SSL_new(kit->contexts[turn]);
	BIO *bio = BIO_new(kit->plumbing);

	*out = NULL;
	*seen = (struct tls_seen){ .fd = fd };
	if (ssl == NULL || bio == NULL || !prepare_names(ssl, name)) {
		SSL_free(ssl);
		BIO_free(bio);
		ERR_clear_error();
		return err_set(e, ERR_SYSTEM, "cannot prepare a handshake");
	}
	BIO_set_data(bio, seen);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_app_data(ssl, seen);
	SSL_set_msg_callback_arg(ssl, seen);
	SSL_set_connect_state(ssl);
	/* It is "good" until somebody looks, and nobody does without memory. */
	SSL_set_verify_result(ssl, X509_V_ERR_UNSPECIFIED);
	*out = ssl;
	return ERR_NONE;
}

/* An alert of the peer.  What OpenSSL met by itself, such as want of memory,
 * has larger numbers. */
static bool
is_alert(int reason)
{
	return reason >= SSL_AD_REASON_OFFSET &&
	       reason <= SSL_AD_REASON_OFFSET + UINT8_MAX;
}

/* The reason that tells most: an alert, else the first one queued. */
static int
take_reason(void)
{
	unsigned long code;
	int reason = 0;

	while ((code = ERR_get_error()) != 0) {
		int found = ERR_GET_REASON(code);

		if (ERR_GET_LIB(code) != ERR_LIB_SSL)
			continue;
		if (reason == 0 || (is_alert(found) && !is_alert(reason)))
			reason = found;
	}
	return reason;
}

/* The server's hello chose an old version: it does take it, whatever ended
 * the handshake afterwards.  For a new version the same proves too little,
 * unless all that was missing is a certificate of ours. */
static bool
is_taken_anyway(int turn, int reason, const struct tls_seen *seen)
{
	if (turn >= TLS_VERSIONS || seen->version != wire_versions[turn])
		return false;
	if (turn == TLS_1_0 || turn == TLS_1_1)
		return true;
	return seen->wants_cert && is_alert(reason);
}

static enum tls_verdict
judge_reason(int reason)
{
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL: /* it answered another version */
	case SSL_AD_REASON_OFFSET + TLS1_AD_PROTOCOL_VERSION:
		return TLS_REFUSED;
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		return TLS_DROPPED;
	default:
		break;
	}
	return is_alert(reason) ? TLS_REFUSED_WEAK : TLS_INCONCLUSIVE;
}

enum tls_verdict
tls_kit_judge(int ssl_error, int turn, const struct tls_seen *seen, char *why,
	      size_t size)
{
	int reason = take_reason();
	const char *words = NULL;

	if (reason != 0)
		words = ERR_reason_error_string(
			ERR_PACK(ERR_LIB_SSL, 0, reason));
	str_printf(why, size, "%s",
		   words != NULL	 ? words
		   : seen->os_error != 0 ? strerror(seen->os_error)
		   : seen->is_closed	 ? "closed without a word"
					 : "given up here, not by the peer");
	if (is_taken_anyway(turn, reason, seen))
		return TLS_ACCEPTED;
	if (ssl_error != SSL_ERROR_SYSCALL)
		return judge_reason(reason);
	if ((seen->os_error == 0 && seen->is_closed) ||
	    seen->os_error == ECONNRESET || seen->os_error == EPIPE)
		return TLS_DROPPED;
	return TLS_INCONCLUSIVE;
}

/* NAN: no memory to tell. */
static double
days_left(const X509 *cert)
{
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(clock_wall_ms() / 1000));
	int days = 0;
	int seconds = 0;
	bool is_known;

	if (now == NULL)
		return NAN;
	is_known = ASN1_TIME_diff(&days, &seconds, now,
				  X509_get0_notAfter(cert)) == 1;
	ASN1_TIME_free(now);
	return is_known ? days + seconds / 86400.0 : -1;
}

static void
write_pin(char *to, size_t size, const X509 *leaf)
{
	unsigned char *der = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char text[2 * EVP_MAX_MD_SIZE];
	unsigned int digest_len = 0;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);

	if (len <= 0)
		return;
	if (EVP_Digest(der, (size_t)len, digest, &digest_len, EVP_sha256(),
		       NULL) == 1) {
		EVP_EncodeBlock(text, digest, (int)digest_len);
		str_printf(to, size, "sha256//%s", (const char *)text);
	}
	OPENSSL_free(der);
}

/* "sip:NAME" and nothing behind it. */
static bool
is_sip_uri(const ASN1_STRING *uri, const char *name)
{
	const char *text = (const char *)ASN1_STRING_get0_data(uri);
	size_t len = strlen(name);

	return (size_t)ASN1_STRING_length(uri) == 4 + len &&
	       strncasecmp(text, "sip:", 4) == 0 &&
	       strncasecmp(text + 4, name, len) == 0;
}

/* The name of a SIP domain may stand in a URI (RFC 5922 7.1). */
static bool
has_sip_uri(const X509 *leaf, const char *name)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	bool is_there = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		is_there = is_there ||
			   (n->type == GEN_URI &&
			    is_sip_uri(n->d.uniformResourceIdentifier, name));
	}
	GENERAL_NAMES_free(names);
	return is_there;
}

/* X509_V_OK when the certificate is for `name`.  Its CN is no name: only
 * subjectAltName counts. */
static long
wrong_name(X509 *leaf, const char *name, bool is_sip)
{
	unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
			 X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
	bool by_number = is_address(name);
	int found = by_number ? X509_check_ip_asc(leaf, name, 0)
			      : X509_check_host(leaf, name, 0, flags, NULL);

	if (found < 0)
		return X509_V_ERR_OUT_OF_MEM;
	if (found == 1 || (!by_number && is_sip && has_sip_uri(leaf, name)))
		return X509_V_OK;
	return by_number ? X509_V_ERR_IP_ADDRESS_MISMATCH
			 : X509_V_ERR_HOSTNAME_MISMATCH;
}

/* Was the chain looked at at all? */
static bool
is_judged(long verdict)
{
	return verdict != X509_V_ERR_UNSPECIFIED &&
	       verdict != X509_V_ERR_OUT_OF_MEM;
}

bool
tls_kit_chain(struct tls_place *out, SSL *ssl, const char *name, bool is_sip)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	X509 *leaf = SSL_get0_peer_certificate(ssl);
	long verdict = SSL_get_verify_result(ssl);

	if (leaf == NULL)
		return false;
	for (int i = 0; i < sk_X509_num(chain); i++) {
		double days = days_left(sk_X509_value(chain, i));

		if (isnan(days))
			verdict = X509_V_ERR_OUT_OF_MEM;
		/* Nothing compares to NAN: the first one replaces it. */
		else if (!(out->days_left <= days))
			out->days_left = days;
	}
	if (!is_judged(verdict))
		out->days_left = NAN;
	if (verdict == X509_V_OK)
		verdict = wrong_name(leaf, name, is_sip);
	write_pin(out->pin, sizeof(out->pin), leaf);
	out->chain_known = is_judged(verdict);
	out->chain_valid = verdict == X509_V_OK;
	if (!out->chain_valid)
		str_printf(out->chain_why, sizeof(out->chain_why), "%.50s: %s",
			   name, X509_verify_cert_error_string(verdict));
	return true;
}
