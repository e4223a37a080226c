/* tls - the words for verdicts on a TLS port. */
#include "net/tls.h"

#include <assert.h>

const char *
tls_verdict_word(enum tls_verdict v)
{
	static const char *const words[] = {
		[TLS_UNTRIED] = "untried",
		[TLS_ACCEPTED] = "accepted",
		[TLS_REFUSED] = "refused",
		[TLS_REFUSED_WEAK] = "refused (other alert)",
		[TLS_DROPPED] = "dropped",
		[TLS_INCONCLUSIVE] = "inconclusive",
	};

	assert((size_t)v < ARRAY_LEN(words));
	return words[v];
}

const char *
tls_verdict_name(enum tls_verdict v)
{
	static const char *const names[] = {
		[TLS_UNTRIED] = "untried", [TLS_ACCEPTED] = "accepted",
		[TLS_REFUSED] = "refused", [TLS_REFUSED_WEAK] = "refused_weak",
		[TLS_DROPPED] = "dropped", [TLS_INCONCLUSIVE] = "inconclusive",
	};

	assert((size_t)v < ARRAY_LEN(names));
	return names[v];
}
