#!/bin/sh
# The twin's name server, asked by dig: authoritative, UDP and TCP, and it
# follows the provider's record.
. tests/lib/lib.sh

for tool in dig curl jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done

dir=$TMPDIR/twin
"$WARROOM" twin --dir "$dir" --scenario calm --speed 50 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$dir/services.json" || exit 1
port=$(jq -r .dns "$dir/services.json" | cut -d: -f2)
provider=$(jq -r .cloudflare "$dir/services.json")
record=$provider/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records
record=$record/372e67954025e0ba6aaa6d586b9e0b59

ask() {
	dig +tries=1 +time=5 +norec @127.0.0.1 -p "$port" "$@"
}

# says TEXT DIG-ARGUMENTS...: the answer holds the text, blanks made one.
says() {
	want=$1
	shift
	ask "$@" | tr -s '\t ' ' ' >"$TMPDIR/answer"
	holds "$TMPDIR/answer" "$want"
}

for way in +notcp +tcp +noedns; do
	check "$way: the address with its TTL" \
		says "sip.domain.com. 300 IN A 192.0.2.10" sip.domain.com A $way
	check "$way: authoritative, not recursive" \
		says "flags: qr aa; QUERY: 1, ANSWER: 1" sip.domain.com A $way
done
check "case of the name does not matter" \
	says "300 IN A 192.0.2.10" SiP.DoMain.com A
check "the zone has a SOA" says "IN SOA ns1.domain.com." domain.com SOA
check "the zone has a name server" says "IN NS ns1.domain.com." domain.com NS
check "no such name is NXDOMAIN with the SOA" \
	says "status: NXDOMAIN" nope.domain.com A
check "no such type is an empty answer with the SOA" \
	says "ANSWER: 0, AUTHORITY: 1" sip.domain.com AAAA
check "a foreign zone is refused" says "status: REFUSED" example.org A
check "a foreign class is refused" says "status: REFUSED" -c CH domain.com TXT
check "other operations are not implemented" \
	says "status: NOTIMP" +opcode=notify domain.com SOA

serial() {
	ask +short domain.com SOA | cut -d' ' -f3
}
before=$(serial)
curl -sf -X PATCH -H 'Authorization: Bearer any' "$record" \
	-d '{"content":"198.51.100.7","ttl":120}' >"$TMPDIR/patched" || exit 1
check "the record moves with its TTL" wait_for 10 \
	says "sip.domain.com. 120 IN A 198.51.100.7" sip.domain.com A
check "the serial moves with it" test "$(serial)" -gt "$before"
finish
