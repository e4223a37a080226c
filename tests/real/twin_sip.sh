#!/bin/sh
# The twin's trunks, asked by sipsak and sipp: peers that know nothing of us.
. tests/lib/lib.sh

for tool in sipp curl jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done

dir=$TMPDIR/twin
"$WARROOM" twin --dir "$dir" --scenario trunk-storm --speed 50 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$dir/services.json" || exit 1
http=$(jq -r .http "$dir/services.json")
trunk() {
	jq -r ".sip.$1" "$dir/services.json"
}

# An OPTIONS that must be answered with $1 and, for 503, Retry-After.
scenario() {
	cat >"$TMPDIR/$1.xml" <<-XML
	<?xml version="1.0" encoding="ISO-8859-1" ?>
	<scenario name="options">
	<send><![CDATA[
	OPTIONS sip:[remote_ip]:[remote_port] SIP/2.0
	Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
	Max-Forwards: 70
	From: <sip:probe@[local_ip]>;tag=[call_number]
	To: <sip:[remote_ip]:[remote_port]>
	Call-ID: [call_id]
	CSeq: 1 OPTIONS
	Contact: <sip:probe@[local_ip]:[local_port]>
	Accept: application/sdp
	Content-Length: 0

	]]></send>
	<recv response="$1" timeout="5000">
	<action><ereg regexp="$2" search_in="msg" check_it="true"
	assign_to="1"/></action></recv>
	<Reference variables="1"/>
	</scenario>
	XML
}
scenario 200 "Allow: OPTIONS"
scenario 503 "Retry-After: [0-9]+"

# options STATUS TRUNK [COUNT]: so many are all answered with the status.
options() {
	(cd "$TMPDIR" && sipp -sf "$1.xml" "$(trunk "$2")" -i 127.0.0.1 \
		-m "${3:-1}" -r 200 -timeout 20 -nostdin >"$TMPDIR/sipp.out" 2>&1)
}

for name in validation_trunk_primary trunk_secondary trunk_tertiary \
	legacy_trunk; do
	check "$name answers two hundred OPTIONS" options 200 $name 200
	if command -v sipsak >/dev/null; then
		check "$name answers sipsak" sipsak -s "sip:$(trunk $name)"
	fi
done

record=$http/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records
curl -sf -X PATCH -H 'Authorization: Bearer any' -d '{"content":"198.51.100.7"}' \
	"$record/372e67954025e0ba6aaa6d586b9e0b59" >/dev/null || exit 1
check "after the switch the primary answers twice" \
	options 200 validation_trunk_primary 2
check "and then refuses with Retry-After" \
	options 503 validation_trunk_primary 6
check "the secondary answers on" options 200 trunk_secondary 10
curl -sf -H 'X-Twin: 1' "$http/twin/state" >"$TMPDIR/state" || exit 1
check "six refusals begin the storm" holds "$TMPDIR/state" '"phase":"storm"'

curl -sf -H 'X-Twin: 1' "$http/twin/fault" -d \
	'{"fault":"lost-trunk","match":"trunk_tertiary","count":-1}' >/dev/null
check "a lost trunk is silent" exits 1 \
	timeout 20 sh -c "cd '$TMPDIR' && sipp -sf 200.xml '$(trunk \
		trunk_tertiary)' -i 127.0.0.1 -m 1 -timeout 8 -nostdin"
finish
