# tls.sh - for test scripts: certificates of one night and openssl s_server.
# Source it behind lib.sh.
# shellcheck shell=sh

# tls_certs DIR: an authority (ca) and what it signed: good (127.0.0.1,
# 127.0.0.2 and sbc.test), expired, other (another host's), self (by itself).
tls_certs() (
	unset OPENSSL_CONF
	cd "$1" || exit 1
	new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
	echo "subjectAltName=IP:127.0.0.1,IP:127.0.0.2,DNS:sbc.test" >good.ext
	cp good.ext expired.ext
	echo "subjectAltName=DNS:other.test" >other.ext
	$new -x509 -days 30 -subj /CN=ca -keyout ca.key -out ca.pem &&
		$new -x509 -days 30 -subj /CN=self -keyout self.key -out self.pem \
			-addext "$(cat good.ext)" || exit 1
	for who in good expired other; do
		days=30
		[ $who != expired ] || days=-1
		$new -subj /CN=$who -keyout $who.key -out $who.csr &&
			openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key \
				-days $days -extfile $who.ext -out $who.pem || exit 1
	done
) >"$1/certs.log" 2>&1

# tls_pin DIR WHO: sha256// of its public key, made without the program.
tls_pin() {
	printf 'sha256//'
	openssl x509 -in "$1/$2.pem" -noout -pubkey |
		openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | base64
}

tls_servers=

# tls_serve DIR WHO AT OPTIONS...: an s_server at AT ("127.0.0.1:0"); its port
# becomes $tls_port.
tls_serve() {
	tls_log=$1/server.$(echo "$tls_servers" | wc -w)
	# An end of its input would end it.
	[ -p "$1/silence" ] || mkfifo "$1/silence" || return 1
	(
		unset OPENSSL_CONF
		dir=$1
		who=$2
		at=$3
		shift 3
		exec openssl s_server -accept "$at" -cert "$dir/$who.pem" \
			-key "$dir/$who.key" "$@" <>"$dir/silence"
	) >"$tls_log" 2>&1 &
	tls_servers="$tls_servers $!"
	wait_for 20 grep -q '^ACCEPT' "$tls_log" || return 1
	tls_port=$(sed -n 's/^ACCEPT.*:\([0-9]*\)$/\1/p' "$tls_log")
	[ -n "$tls_port" ] || tls_port=${3##*:}
}

tls_stop() {
	# shellcheck disable=SC2086 # ids are words
	[ -z "$tls_servers" ] || kill $tls_servers 2>/dev/null
	tls_servers=
}
