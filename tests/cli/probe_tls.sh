#!/bin/sh
# What a server takes is seen as it is, whatever the system's OpenSSL
# configuration forbids: one that takes TLS 1.0 is never called refused.
. tests/lib/lib.sh
. tests/lib/book.sh
. tests/lib/tls.sh

D=$TMPDIR
tls_certs "$D" || skip "openssl makes no certificates here"
trap tls_stop EXIT
OLD="-cipher ALL:@SECLEVEL=0"
book_begin "$D/book.yaml"
serve() { # NAME OPTIONS...
	name=$1
	shift
	tls_serve "$D" good 127.0.0.1:0 "$@" || exit 1
	printf '  %s: { adapter: tls, address: "127.0.0.1:%s", ca_file: %s }\n' \
		"$name" "$tls_port" "$D/ca.pem" >>"$D/book.yaml"
}
# shellcheck disable=SC2086 # options are words
{
	serve only10 -tls1 $OLD
	serve only11 -tls1_1 $OLD
	serve only12 -tls1_2
	serve only13 -tls1_3
	serve all -min_protocol TLSv1 $OLD
}
echo "probes:" >>"$D/book.yaml"
for name in only10 only11 only12 only13 all; do
	cat >>"$D/book.yaml" <<-YAML
	  $name:
	    every: 60s
	    timeout: 8s
	    tls: { endpoint: $name }
	    signals:
	      $name.minimum: minimum
	      $name.versions: versions
	      $name.tls_1_0: tls_1_0
	      $name.tls_1_1: tls_1_1
	      $name.tls_1_2: tls_1_2
	      $name.tls_1_3: tls_1_3
	      $name.chain: chain_valid
	YAML
done

conf() { # NAME MINIMUM LEVEL
	cat >"$D/$1.cnf" <<-CNF
	openssl_conf = a
	[a]
	ssl_conf = b
	[b]
	system_default = c
	[c]
	MinProtocol = $2
	CipherString = DEFAULT@SECLEVEL=$3
	CNF
}
conf min12 TLSv1.2 2
conf min13 TLSv1.3 2
conf level5 TLSv1.2 5
conf strict TLSv1.3 5
head -c 4096 /dev/urandom >"$D/garbage.cnf"
printf 'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n%s\n' \
	"MinProtocol = TLSv9" >"$D/unknown.cnf"

seen() { # NAME SIGNAL
	probed "$D/out" "$1.$2"
}
refuses() { # NAME SIGNAL
	case $(seen "$1" "$2") in refused | refused_weak) ;; *) false ;; esac
}

for conf in none absent min12 min13 level5 strict garbage unknown; do
	case $conf in
	none) unset OPENSSL_CONF ;;
	*) export OPENSSL_CONF="$D/$conf.cnf" ;;
	esac
	check "$conf: all is measured" exits 0 timeout 60 "$WARROOM" probe \
		"$D/book.yaml" --json
	unset OPENSSL_CONF
	for row in only10:1.0 only11:1.1 only12:1.2 only13:1.3 all:1.0; do
		name=${row%:*}
		check "$conf: the lowest of $name is ${row#*:}" test \
			"$(seen "$name" minimum)" = "${row#*:}"
	done
	check "$conf: TLS 1.0 is accepted where it is taken" test \
		"$(seen only10 tls_1_0) $(seen all tls_1_0)" = \
		"accepted accepted"
	check "$conf: TLS 1.1 is accepted where it is taken" test \
		"$(seen only11 tls_1_1) $(seen all tls_1_1)" = \
		"accepted accepted"
	check "$conf: all versions are listed" test "$(seen all versions)" = \
		"1.0 1.1 1.2 1.3"
	for name in only12 only13; do
		check "$conf: $name refuses 1.0" refuses $name tls_1_0
		check "$conf: $name refuses 1.1" refuses $name tls_1_1
	done
	check "$conf: the chain is judged as ever" test "$(seen only10 chain) \
$(seen only11 chain) $(seen only12 chain) $(seen only13 chain) \
$(seen all chain)" = "false false true true true"
done

pin() { # VALUE...: the runbook with this list of pins
	sed "s|tls: { endpoint: all }|tls: { endpoint: all, pin: [ $1 ] }|" \
		"$D/book.yaml" >"$D/pin.yaml"
}
good=$(tls_pin "$D" good)
for bad in '"sha256//AAAA="' '"sha256//'"$(printf '%044d' 0)"'"' '"MD5//x"' \
	"\"$good=\"" '""' ''; do
	pin "$bad"
	check "a pin such as [$bad] is a finding" exits 2 "$WARROOM" check \
		"$D/pin.yaml"
	check "at its place" holds "$TMPDIR/out" "[bad-pin]"
done
pin "\"$good\", \"$(tls_pin "$D" ca)\""
check "a sound one is none" exits 0 "$WARROOM" check "$D/pin.yaml"
finish
