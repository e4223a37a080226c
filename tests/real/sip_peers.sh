#!/bin/bash
# What sipp and kamailio are asked and called, and what the probes say of it.
# sipp ends well only when each call ended as its scenario wants: it is the
# witness that every call was acknowledged and taken down.
. tests/lib/lib.sh
. tests/lib/sip_uas.sh

for tool in sipp jq ss; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done

# book TRANSPORT TIMEOUT KIND SETTINGS ADDRESS...: a runbook of one probe.
book() {
	local transport=$1 timeout=$2 kind=$3 settings=$4 n=0 names=
	shift 4
	cat <<-YAML
	runbook: peers
	title: peers
	environment: staging
	trunk: trunk.json
	thresholds: {telephony: {min_answered: 1}}
	steps: [{id: s, title: s, do: {manual: {text: nothing}}}]
	endpoints:
	YAML
	for at in "$@"; do
		n=$((n + 1))
		echo "  sbc$n: {adapter: sip, address: \"$at\", transport: $transport$tls}"
		names=$names${names:+, }sbc$n
	done
	echo "probes: {p: {every: 1h, timeout: $timeout,"
	echo "  $kind: {endpoints: [$names]$settings}, signals: {"
	for fact in $facts; do
		echo "  f.$fact: $fact,"
	done
	echo "}}}"
}
tls=
options="alive status rtt_ms active failover_ready flaps"
call="answered codec codec_fallback status setup_ms sdp_valid asymmetric"

# probe CODE: runs the book; the line of the probe lands in $TMPDIR/seen.
probe() {
	timeout 30 "$WARROOM" probe "$TMPDIR/book.yaml" --json \
		>"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
	jq -c 'select(.probe == "p") | {detail, failed,
		f: (.samples | map({(.signal[2:]): (.value // (if .error then
		"none" else .value end))}) | add),
		note: (.samples | map({(.signal[2:]): (.note // .error // "")})
		| add)}' "$TMPDIR/out" >"$TMPDIR/seen"
	[ -s "$TMPDIR/seen" ] && return 0
	cat "$TMPDIR/out" "$TMPDIR/err"
	return 1
}

# says WHAT FILTER: the probe's line answers the filter with true.
says() {
	check "$1" sh -c "jq -es 'length == 1 and (.[0] | $2)' \
		'$TMPDIR/seen' >/dev/null ||
		{ cat '$TMPDIR/seen'; false; }"
}

# well_ended WHAT: sipp saw all its calls end as written.
well_ended() {
	local code=0
	wait "$uas" || code=$?
	check "$1" test $code = 0 || cat "$TMPDIR"/*.errors
}

# called FILE TRANSPORT COUNT: sipp plays FILE and is called.
called() {
	start_uas "$1" "$2" "$3" || { echo "sipp does not start"; exit 1; }
	facts=$call
	local word=udp
	[ "$2" = t1 ] && word=tcp
	book $word "${wait_for_it:-4s}" sip_call ", to: \"4930123456\"${more-}" \
		"127.0.0.1:$uas_port" >"$TMPDIR/book.yaml"
	probe
}

cp runbooks/trunk.json "$TMPDIR/trunk.json" 2>/dev/null ||
	find runbooks -name '*.json' -exec grep -l '"trunkId"' {} + |
	head -n 1 | xargs -I@ cp @ "$TMPDIR/trunk.json"
sed -i 's/validation_trunk_primary/sbc1/; s/trunk_secondary/sbc2/' \
	"$TMPDIR/trunk.json"


# OPTIONS -------------------------------------------------------------------
asked_options() {
	echo '<recv request="OPTIONS"/>'
	reply "$@"
}
silent_options() {
	echo '<recv request="OPTIONS"/>'
	echo '<pause milliseconds="200"/>'
}
# asked FILE [TRANSPORT COUNT WORD]: one bad answer is a verdict here.
asked() {
	start_uas "$1" "${2:-u1}" "${3:-1}" || exit 1
	facts=$options
	book "${4:-udp}" 1500ms sip_options ', failures: 1, recoveries: 1' \
		"127.0.0.1:$uas_port" >"$TMPDIR/book.yaml"
	probe
}
write_uas "$TMPDIR/200.xml" asked_options 200 OK
asked "$TMPDIR/200.xml"
says "200 to OPTIONS is in service" '.f.alive and .f.status == 200'
says "and it is the one calls take" '.f.active == "sbc1"'
says "alone it has nobody to fail over to" '.f.failover_ready == false'
says "nothing flaps yet" '.f.flaps == 0'
well_ended "sipp answered one"
asked "$TMPDIR/200.xml" t1 1 tcp
says "and by TCP" '.f.alive and .f.status == 200'
well_ended "sipp answered one by TCP"
write_uas "$TMPDIR/503.xml" asked_options 503 "Service Unavailable" \
	'Retry-After: 5 (night);duration=3600'
asked "$TMPDIR/503.xml"
says "503 is out of service" '.f.alive == false and .f.status == 503'
well_ended "sipp was asked once"
write_uas "$TMPDIR/486.xml" asked_options 486 "Busy Here"
asked "$TMPDIR/486.xml"
says "486 is in service: it answers" '.f.alive and .f.status == 486'
write_uas "$TMPDIR/silent.xml" silent_options
asked "$TMPDIR/silent.xml"
says "silence (408) is out of service" \
	'.f.alive == false and .f.status == "none"'
kill "$uas" 2>/dev/null
wait "$uas" 2>/dev/null

# With Retry-After the intervals count on while it is left alone.
start_uas "$TMPDIR/503.xml" u1 100 || exit 1
facts=$options
book udp 100ms sip_options '' "127.0.0.1:$uas_port" |
	sed 's/every: 1h/every: 2s/' >"$TMPDIR/book.yaml"
timeout 20 "$WARROOM" probe "$TMPDIR/book.yaml" --for 5s --json \
	>"$TMPDIR/out" 2>/dev/null
kill -USR1 "$uas"
wait "$uas" 2>/dev/null
check "503 with Retry-After is left alone, and counts on" jq -se \
	'[.[] | select(.probe == "p")] | length >= 3 and
	(last.samples[] | select(.signal == "f.alive") | .value == false)' \
	"$TMPDIR/out"

# INVITE --------------------------------------------------------------------
write_uas "$TMPDIR/pcmu.xml" takes_only 0 PCMU
called "$TMPDIR/pcmu.xml" u1 4
says "PCMU only: answered" '.f.answered and .f.codec == "PCMU"'
says "PCMU only: G722 is refused, the fallback works" '.f.codec_fallback'
says "the answer is a valid subset" '.f.sdp_valid'
well_ended "PCMU only: three calls up and down, one refused"
called "$TMPDIR/pcmu.xml" t1 4
says "PCMU only by TCP: answered" '.f.answered and .f.codec_fallback'
well_ended "by TCP as well"
write_uas "$TMPDIR/g722.xml" takes_only 9 G722
called "$TMPDIR/g722.xml" u1 4
says "G722 only: answered" '.f.answered and .f.codec == "G722"'
says "G722 only: no fallback" '.f.codec_fallback == false'
says "and it says who takes nothing else" \
	'.note.codec_fallback | contains("sbc1") and contains("488")'
well_ended "G722 only: two calls up and down, two refused"

# The secondary of the manifest takes G722 alone, the primary PCMU.
start_uas "$TMPDIR/g722.xml" u1 4 || exit 1
second=$uas second_port=$uas_port
start_uas "$TMPDIR/pcmu.xml" u1 4 || exit 1
facts=$call
book udp 4s sip_call ', to: test' "127.0.0.1:$uas_port" \
	"127.0.0.1:$second_port" >"$TMPDIR/book.yaml"
probe
says "an asymmetric secondary is named" '.f.asymmetric and
	(.note.asymmetric | startswith("asymmetric codec: sbc2 refuses"))'
says "and shown" '.detail | startswith("asymmetric codec: sbc2")'
says "the fallback of both is missing" '.f.codec_fallback == false'
well_ended "the primary saw its calls end"
uas=$second
well_ended "the secondary too"

refuses() {
	invite 0
	reply "$@"
	echo '<recv request="ACK" timeout="5000"/>'
}
for row in "486 Busy" "503 Unavailable" "404 Nobody"; do
	# shellcheck disable=SC2086 # status and reason are two words
	write_uas "$TMPDIR/no.xml" refuses $row
	called "$TMPDIR/no.xml" u1 1
	says "${row%% *}: not answered" \
		".f.answered == false and .f.status == ${row%% *}"
	says "${row%% *}: no verdict on codecs" '.f.codec_fallback == "none"'
	well_ended "${row%% *}: acknowledged, and not called again"
done
write_uas "$TMPDIR/no.xml" refuses 488 "Not Acceptable Here"
called "$TMPDIR/no.xml" u1 4
says "488 to all: no codec at all" '.f.answered == false and
	.f.status == 488 and .f.codec_fallback == false'
well_ended "488: each offer was tried"

never() {
	echo '<recv request="INVITE"/>'
	echo '<pause milliseconds="10000"/>'
}
write_uas "$TMPDIR/never.xml" never
wait_for_it=1600ms called "$TMPDIR/never.xml" u1 1
says "408 by silence: not answered" '.f.answered == false and
	.f.status == "none" and (.note.answered | contains("no answer to INVITE"))'
kill "$uas" 2>/dev/null
wait "$uas" 2>/dev/null

ringing() {
	invite 0
	reply 180 Ringing
	echo '<recv request="CANCEL" timeout="8000"/>'
	reply 200 OK
	"$@"
}
terminated() {
	reply_invite 487 "Request Terminated"
	echo '<recv request="ACK" timeout="5000"/>'
}
late() {
	reply_invite 200 OK "" "$(answer_sdp 0 PCMU)"
	echo '<recv request="ACK" timeout="5000"/>'
	echo '<recv request="BYE" timeout="5000"/>'
	reply 200 OK
}
more=', offers: ["9 0 8"]'
write_uas "$TMPDIR/ring.xml" ringing terminated
called "$TMPDIR/ring.xml" u1 1
says "a phone that only rings is cancelled" '.f.answered == false and
	.f.status == 487 and (.note.answered | contains("rang (180)"))'
well_ended "CANCEL, 487 and ACK went through"
called "$TMPDIR/ring.xml" t1 1
well_ended "and by TCP"
write_uas "$TMPDIR/late.xml" ringing late
called "$TMPDIR/late.xml" u1 1
says "a late 200 is no answer" '.f.answered == false'
well_ended "a late 200 is acknowledged and hung up"

bad_answer() {
	invite 0
	reply 200 OK "" "$(answer_sdp 0 PCMU | sed 's/^m=.*/m=audio 40002 RTP\/AVP 0 18/')"
	echo '<recv request="ACK" timeout="5000"/>'
	echo '<recv request="BYE" timeout="5000"/>'
	reply 200 OK
}
write_uas "$TMPDIR/bad.xml" bad_answer
called "$TMPDIR/bad.xml" u1 1
says "an answer beyond the offer is not valid when strict" \
	'.f.answered and .f.sdp_valid == false'
well_ended "and is taken down all the same"
more=', offers: ["9 0 8"], sdp: flexible'
called "$TMPDIR/bad.xml" u1 1
says "and is taken when flexible" '.f.sdp_valid and .f.codec == "PCMU"'
well_ended "flexible: taken down"
more=

# kamailio ------------------------------------------------------------------
command -v kamailio >/dev/null || {
	echo "kamailio is not installed"
	finish
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=ca -keyout "$TMPDIR/ca.key" -out "$TMPDIR/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-subj /CN=sbc -keyout "$TMPDIR/sbc.key" -out "$TMPDIR/sbc.csr" 2>/dev/null
printf 'subjectAltName=DNS:sbc.carrier.test\n' >"$TMPDIR/san"
openssl x509 -req -in "$TMPDIR/sbc.csr" -CA "$TMPDIR/ca.pem" \
	-CAkey "$TMPDIR/ca.key" -CAcreateserial -days 2 -extfile "$TMPDIR/san" \
	-out "$TMPDIR/sbc.pem" 2>/dev/null

kamailio_config() {
	local modules
	modules=$(dirname "$(find /usr/lib -path '*kamailio/modules/sl.so' \
		2>/dev/null | head -n 1)")
	cat <<-CFG
	debug=0
	log_stderror=yes
	fork=yes
	children=1
	tcp_children=1
	auto_aliases=no
	enable_tls=yes
	mpath="$modules/"
	listen=udp:127.0.0.1:$port
	listen=tcp:127.0.0.1:$port
	listen=tls:127.0.0.1:$((port + 1))
	loadmodule "pv.so"
	loadmodule "sl.so"
	loadmodule "textops.so"
	loadmodule "siputils.so"
	loadmodule "tls.so"
	modparam("tls", "private_key", "$TMPDIR/sbc.key")
	modparam("tls", "certificate", "$TMPDIR/sbc.pem")
	modparam("tls", "ca_list", "$TMPDIR/ca.pem")
	modparam("tls", "tls_method", "TLSv1.2+")
	request_route {
		if (is_method("OPTIONS")) {
			sl_send_reply("200", "Keepalive");
			exit;
		}
		if (is_method("ACK")) exit;
		if (\$rU == "busy") {
			append_to_reply("Retry-After: 7\r\n");
			sl_send_reply("503", "Maintenance");
			exit;
		}
		append_to_reply("Warning: 305 sbc \"Incompatible media format\"\r\n");
		sl_send_reply("488", "Not Acceptable Here");
	}
	CFG
}
port_open() {
	ss -Hltn "sport = :$1" | grep -q .
}
kamailio=
for _ in 1 2 3 4 5 6 7 8; do
	port=$((20000 + RANDOM))
	kamailio_config >"$TMPDIR/kamailio.cfg"
	kamailio -DD -E -f "$TMPDIR/kamailio.cfg" -Y "$TMPDIR" \
		-P "$TMPDIR/kamailio.pid" -m 32 -M 4 >"$TMPDIR/kamailio.log" 2>&1 &
	kamailio=$!
	wait_for 10 port_open $((port + 1)) >/dev/null && kill -0 $kamailio &&
		break
	kill $kamailio 2>/dev/null
	wait $kamailio 2>/dev/null
	kamailio=
done
[ -n "$kamailio" ] || { cat "$TMPDIR/kamailio.log"; exit 1; }
trap 'kill $kamailio; wait $kamailio' EXIT

facts=$options
quick=', failures: 1, recoveries: 1'
for transport in udp tcp; do
	book $transport 3s sip_options "$quick" "127.0.0.1:$port" \
		>"$TMPDIR/book.yaml"
	probe
	says "kamailio answers OPTIONS by $transport" \
		'.f.alive and .f.status == 200'
done
tls=", ca_file: ca.pem, name: sbc.carrier.test"
book tls 3s sip_options "$quick" "127.0.0.1:$((port + 1))" >"$TMPDIR/book.yaml"
probe
says "kamailio answers OPTIONS by TLS" '.f.alive and .f.status == 200'
tls=", ca_file: ca.pem, name: sbc.elsewhere.test"
book tls 3s sip_options "$quick" "127.0.0.1:$((port + 1))" >"$TMPDIR/book.yaml"
probe
says "a certificate for another name is out of service" '.f.alive == false'
tls=", name: sbc.carrier.test"
book tls 3s sip_options "$quick" "127.0.0.1:$((port + 1))" >"$TMPDIR/book.yaml"
probe
says "an authority nobody named is not trusted" '.f.alive == false'
tls=
facts=$call
for row in "busy 503" "other 488"; do
	book udp 3s sip_call ", to: ${row% *}" "127.0.0.1:$port" \
		>"$TMPDIR/book.yaml"
	probe
	says "kamailio refuses a call with ${row#* }" \
		".f.answered == false and .f.status == ${row#* }"
done
tls=", ca_file: ca.pem, name: sbc.carrier.test"
book tls 3s sip_call ", to: other" "127.0.0.1:$((port + 1))" \
	>"$TMPDIR/book.yaml"
probe
says "and by TLS" '.f.answered == false and .f.status == 488'
finish
