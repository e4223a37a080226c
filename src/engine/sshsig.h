/*
 * sshsig - signatures of approvals, made and checked by ssh-keygen -Y.
 *
 * The keys are the agent's or ssh's own; none is read here.  A signature is
 * of a text that names room, plan and step, under the namespace "warroom"
 * (ssh-keygen(1), -Y sign and -Y verify).  Any thread; each call runs the
 * program and waits for it, bounded.
 */
#ifndef ENGINE_SSHSIG_H
#define ENGINE_SSHSIG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define SSHSIG_MOST 8192 /* bytes of a signature */

/* Signs `text` with the key of `key_file` (a .pub asks the agent); `out` is
 * initialised here and cleared by the caller always.  ssh-keygen may ask the
 * person at the terminal, for at most two minutes.  ERR_REFUSED, ERR_TIMEOUT,
 * ERR_SYSTEM. */
enum err_code sshsig_sign(struct buf *out, const char *key_file,
			  const char *text, struct err *e) MUST_CHECK;

struct sshsig_signer {
	char name[64]; /* as `allowed` calls the key's owner */
	char key[96];  /* "ED25519 key SHA256:..." */
};

/* Whose signature of `text` is this, by the keys in `allowed` (a text in the
 * form of allowed_signers)?  At most five seconds.  ERR_REFUSED: nobody's. */
enum err_code sshsig_verify(struct sshsig_signer *out, const char *allowed,
			    const char *signature, const char *text,
			    struct err *e) MUST_CHECK;

#endif
