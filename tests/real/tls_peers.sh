#!/bin/sh
# openssl s_server at each version, with each kind of certificate, as "warroom
# probe" sees it; the twin's port as a second witness.
. tests/lib/lib.sh
. tests/lib/book.sh
. tests/lib/tls.sh

for tool in openssl jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
D=$TMPDIR
tls_certs "$D" || exit 1
trap tls_stop EXIT
good=$(tls_pin "$D" good)
other=$(tls_pin "$D" other)

book_begin "$D/book.yaml"
: >"$D/probes"
# row NAME CERT NAME-ASKED-FOR PIN OPTIONS...
row() {
	id=$1
	cert=$2
	name=$3
	pin=$4
	shift 4
	tls_serve "$D" "$cert" 127.0.0.1:0 "$@" || exit 1
	printf '  %s: { adapter: tls, address: "127.0.0.1:%s", ca_file: %s }\n' \
		"$id" "$tls_port" "$D/ca.pem" >>"$D/book.yaml"
	cat >>"$D/probes" <<-YAML
	  $id:
	    every: 60s
	    timeout: 15s
	    tls: { endpoint: $id, name: "$name", pin: ["$pin"] }
	    signals:
	      $id.minimum: minimum
	      $id.versions: versions
	      $id.chain: chain_valid
	      $id.days: days_left
	      $id.pinned: pinned
	YAML
}
seen() { # NAME SIGNAL
	probed "$D/out" "$1.$2"
}
near() { # a day may end between two looks
	[ $(($1 - $2)) -ge -1 ] && [ $(($1 - $2)) -le 1 ]
}
days_of() { # WHO: whole days left, by openssl
	end=$(openssl x509 -in "$D/$1.pem" -noout -enddate | cut -d= -f2)
	echo $((($(date -d "$end" +%s) - $(date +%s)) / 86400))
}

for who in good expired self other; do
	row v10-$who $who sbc.test "$good" -tls1 -cipher ALL:@SECLEVEL=0
	row v11-$who $who sbc.test "$good" -tls1_1 -cipher ALL:@SECLEVEL=0
	row v12-$who $who sbc.test "$good" -tls1_2
	row v13-$who $who sbc.test "$good" -tls1_3
	row all-$who $who sbc.test "$good" -min_protocol TLSv1 \
		-cipher ALL:@SECLEVEL=0
done
row pinned-wrong good sbc.test "$other"
row host-of-other other other.test "$other"
row by-address good 127.0.0.1 "$good"
echo "probes:" >>"$D/book.yaml"
cat "$D/probes" >>"$D/book.yaml"

"$WARROOM" probe "$D/book.yaml" --json >"$D/out" 2>"$D/err" </dev/null
# One whose own time comes during a long round speaks twice.
check "every probe has spoken" test "$(jq -rs '[.[] | select(.samples) |
	.probe] | unique | length' "$D/out")" = 23

for who in good expired self other; do
	for v in v10:1.0 v11:1.1 v12:1.2 v13:1.3 all:1.0; do
		id=${v%:*}-$who
		check "$id: the lowest version" test "$(seen "$id" minimum)" = \
			"${v#*:}"
		versions=${v#*:}
		[ "${v%:*}" != all ] || versions="1.0 1.1 1.2 1.3"
		check "$id: the versions" test "$(seen "$id" versions)" = \
			"$versions"
	done
	valid=false
	[ $who != good ] || valid=true
	pinned=false
	[ $who != good ] || pinned=true
	for v in v12 v13 all; do
		check "$v-$who: chain, name and dates" test \
			"$(seen $v-$who chain)" = $valid
		check "$v-$who: the pin" test "$(seen $v-$who pinned)" = $pinned
	done
	days=$(seen v13-$who days)
	check "$who: the days left" near "${days%.*}" "$(days_of $who)"
	# No handshake of today: no good chain, and no key was seen to compare.
	for v in v10 v11; do
		check "$v-$who: no good chain" test "$(seen $v-$who chain)" = false
		check "$v-$who: no key was seen" test \
			"$(seen $v-$who pinned | cut -c1)" = "?"
	done
done
check "another key than the pinned one" test \
	"$(seen pinned-wrong chain) $(seen pinned-wrong pinned)" = "true false"
check "the right name of the other one" test \
	"$(seen host-of-other chain) $(seen host-of-other pinned)" = "true true"
check "an address that the certificate names" test \
	"$(seen by-address chain) $(seen by-address pinned)" = "true true"
tls_stop
"$WARROOM" probe "$D/book.yaml" --json >"$D/out" 2>"$D/err" </dev/null
check "ports that are gone are BLIND" test $? = 4
check "and say nothing of any version" test "$(jq -s '[.[].samples[]? |
	select(has("value"))] | length' "$D/out")" = 0

"$WARROOM" twin --list >/dev/null 2>&1 || finish
"$WARROOM" twin --dir "$D/twin" --scenario calm >/dev/null 2>&1 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$D/twin/services.json" || exit 1
cat >"$D/witness.sh" <<-SH
openssl s_client -connect $(jq -r .tls "$D/twin/services.json") \
	-CAfile $(jq -r .ca_file "$D/twin/services.json") \
	-verify_return_error "\$@" </dev/null
SH
check "the twin's port takes 1.2" sh "$D/witness.sh" -tls1_2
check "and nothing older" sh -c "! sh '$D/witness.sh' -tls1_1 -cipher \
	ALL:@SECLEVEL=0"
finish
