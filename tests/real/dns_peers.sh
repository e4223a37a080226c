#!/bin/bash
# bind9 as primary, secondary and resolver on loopback, as "warroom probe"
# sees them: in step, lagging, differing, delegating, gone.
. tests/lib/lib.sh
. tests/lib/book.sh

for tool in named dig jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
grep -q '^00000000000000000000000000000001 ' /proc/net/if_inet6 2>/dev/null ||
	skip "no IPv6 on loopback: two servers at one port need it"
D=$TMPDIR
serial=2026112001
trap 'kill $primary $secondary $resolver 2>/dev/null' EXIT

zone() { # SERIAL TTL ADDRESS
	cat >"$D/zone" <<-ZONE
	\$TTL 300
	@ SOA ns1 hostmaster $1 86400 86400 864000 60
	@ NS ns1
	@ NS ns2
	ns1 A 127.0.0.1
	ns2 AAAA ::1
	sip $2 A $3
	_sip._udp SRV 10 20 5060 sip
	@ NAPTR 50 50 "s" "SIP+D2U" "" _sip._udp
	part NS ns2
	ZONE
}
serve() { # NAME PORT V4 V6 ZONES...: its process becomes $!
	local name=$1 at=$2 v4=$3 v6=$4
	shift 4
	mkdir -p "$D/$name"
	cat >"$D/$name.conf" <<-CONF
	options { directory "$D/$name"; pid-file none; notify no;
	listen-on port $at { $v4; }; listen-on-v6 port $at { $v6; };
	dnssec-validation no; empty-zones-enable no;
	recursion $([ "$name" = resolver ] && echo yes || echo no); };
	controls { };
	$*
	CONF
	named -g -c "$D/$name.conf" >>"$D/$name.log" 2>&1 &
}
serve_secondary() {
	serve secondary $port none ::1 'zone "example.test" { type secondary;
		primaries { 127.0.0.1 port '"$port"'; }; };
		zone "part.example.test" { type primary;
		file "'"$D"'/part"; };'
	secondary=$!
}
has() { # ADDRESS NAME TEXT
	dig +tries=1 +time=2 +norec +short @"$1" -p $port "$2" A | grep -qxF "$3"
}

cat >"$D/part" <<-ZONE
	\$TTL 300
	@ SOA ns2.example.test. hostmaster 1 86400 86400 864000 60
	@ NS ns2.example.test.
	x A 192.0.2.77
	ZONE
zone $serial 300 192.0.2.10
for _ in 1 2 3; do # ports that are free
	port=$((20000 + RANDOM % 10000))
	other=$((port + 1))
	serve primary $port 127.0.0.1 none 'zone "example.test" { type primary;
		file "'"$D"'/zone"; };'
	primary=$!
	wait_for 10 has 127.0.0.1 sip.example.test 192.0.2.10
	serve_secondary
	serve resolver $other 127.0.0.1 none 'zone "example.test" { type forward;
		forward only; forwarders { 127.0.0.1 port '"$port"'; }; };'
	resolver=$!
	wait_for 10 has ::1 sip.example.test 192.0.2.10 &&
		wait_for 10 dig +tries=1 +time=2 @127.0.0.1 -p $other \
			sip.example.test A && break
	kill $primary $secondary $resolver 2>/dev/null
	wait
done
has ::1 sip.example.test 192.0.2.10 || { tail -n 5 "$D"/*.log; exit 1; }

book_begin "$D/book.yaml"
cat >>"$D/book.yaml" <<YAML
  ns1: { adapter: dns, address: "127.0.0.1:$port" }
  ns2: { adapter: dns, address: "[::1]:$port" }
  resolver: { adapter: dns, address: "127.0.0.1:$other" }
probes:
YAML
probe() { # ID SETTINGS
	cat >>"$D/book.yaml" <<-YAML
	  $1:
	    every: 60s
	    timeout: 5s
	    dns: { $2 }
	    signals:
	YAML
	for fact in values matches agree lag ttl_seconds ttl_lowest_seconds \
		ttl_matches ttl_too_low authoritative serial servers \
		resolver_matches resolver_ttl_seconds flip_seconds; do
		echo "      $1.$fact: $fact" >>"$D/book.yaml"
	done
}
SIP='name: sip.example.test'
probe listed "servers: [ns1, ns2], $SIP, resolver: resolver, \
values: [\"198.51.100.7\"], ttl: 60"
probe found "server: ns1, authoritative: true, $SIP, values: [\"192.0.2.10\"]"
probe srv "servers: [ns1, ns2], name: _sip._udp.example.test, type: SRV, \
values: [\"10 20 5060 SIP.example.test\"]"
probe naptr "servers: [ns1], name: example.test, type: NAPTR, \
values: ['50 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.test.']"
probe part "servers: [ns1, ns2], name: x.part.example.test"
probe absent "servers: [ns1, ns2], name: nobody.example.test, \
values: [\"192.0.2.1\"]"
probe foreign "servers: [ns1, ns2], name: elsewhere.test, \
values: [\"192.0.2.1\"]"

look() {
	"$WARROOM" probe "$D/book.yaml" --json >"$D/out" 2>"$D/err" </dev/null
}
# sees ID FACT VALUE; a VALUE of "? text" is an error that holds the text.
sees() {
	got=$(probed "$D/out" "$1.$2")
	case $3 in
	"? "*) [[ $got == "? "*"${3#? }"* ]] ;;
	*) [ "$got" = "$3" ] ;;
	esac && return 0
	echo "$1.$2 is $got, not $3"
	return 1
}
# rows: "id fact value" lines on stdin.
rows() {
	while read -r id fact value; do
		check "$1: $id.$fact is $value" sees "$id" "$fact" "$value"
	done
}

look
rows "before the change" <<ROWS
listed agree true
listed lag false
listed authoritative true
listed servers 2
listed serial $serial
listed ttl_seconds 300
listed ttl_too_low false
listed matches false
listed ttl_matches false
listed resolver_matches false
found matches true
found agree true
found servers 2
found serial $serial
srv matches true
naptr matches true
part authoritative false
part agree ? authority
part ttl_seconds ? authority
absent matches false
foreign matches ? REFUSED
foreign authoritative ? REFUSED
ROWS
# The resolver has had it since it was first asked, and counts down.
cached=$(probed "$D/out" listed.resolver_ttl_seconds)
check "the resolver's is what is left of 300" \
	test "$cached" -gt 200 -a "$cached" -le 300
check "the last caller moves when both have run out" \
	sees listed flip_seconds $((300 + cached))

# The primary takes the change; nobody tells the secondary.
zone $((serial + 1)) 60 198.51.100.7
kill -HUP $primary
wait_for 10 has 127.0.0.1 sip.example.test 198.51.100.7 || exit 1
look
rows "the secondary lags" <<ROWS
listed matches false
listed agree false
listed lag true
listed serial $((serial + 1))
listed ttl_seconds 300
listed ttl_lowest_seconds 60
listed ttl_matches false
listed resolver_matches false
found matches false
found lag true
srv matches true
srv lag true
ROWS

# It asks again when it starts.
kill $secondary
wait $secondary
serve_secondary
wait_for 10 has ::1 sip.example.test 198.51.100.7 || exit 1
kill -HUP $resolver # whose cache survives a reload
look
rows "the secondary follows" <<ROWS
listed matches true
listed agree true
listed lag false
listed ttl_seconds 60
listed ttl_matches true
listed ttl_too_low false
listed resolver_matches false
found matches false
found agree true
ROWS

kill $resolver
wait $resolver
kill $secondary
wait $secondary
look
check "a server that is gone leaves it BLIND" test $? = 4
rows "a server is gone" <<ROWS
listed matches ? refused
listed agree ? refused
listed ttl_seconds ? refused
listed resolver_matches ? refused
found matches false
srv matches ? refused
naptr matches true
ROWS

zone $((serial + 2)) 30 198.51.100.7
kill -HUP $primary
wait_for 10 sh -c "dig +norec @127.0.0.1 -p $port sip.example.test A |
	grep -q '[[:space:]]30[[:space:]]'" || exit 1
look
rows "a TTL of 30 s" <<ROWS
listed ttl_too_low true
listed ttl_seconds ? refused
ROWS
kill $primary
wait $primary
look
check "without any server nothing is known" test "$(jq -s '[.[].samples[]? |
	select(has("value") and (.signal | endswith(".servers") | not))] |
	length' "$D/out")" = 0
finish
