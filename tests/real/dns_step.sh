#!/bin/bash
# A DNS step whose name server, a bind9, lags behind its provider: unknown until
# the name server shows the record, whatever the provider has.
. tests/lib/lib.sh
. tests/lib/plain.sh

for tool in named dig jq curl; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
D=$TMPDIR

zone() { # SERIAL ADDRESS
	cat >"$D/zone" <<-ZONE
	\$TTL 300
	@ SOA ns1 hostmaster $1 86400 86400 864000 60
	@ NS ns1
	ns1 A 127.0.0.1
	sip 300 A $2
	ZONE
}
serve() {
	cat >"$D/named.conf" <<-CONF
	options { directory "$D"; pid-file none; notify no; recursion no;
	listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };
	dnssec-validation no; empty-zones-enable no; };
	controls { };
	zone "domain.com" { type primary; file "$D/zone"; };
	CONF
	named -g -c "$D/named.conf" >>"$D/named.log" 2>&1 &
	named=$!
}
shows() { # ADDRESS
	dig +tries=1 +time=2 +norec +short @127.0.0.1 -p $port \
		sip.domain.com A | grep -qxF "$1"
}

zone 1 192.0.2.10
for _ in 1 2 3; do # a port that is free
	port=$((20000 + RANDOM % 10000))
	serve
	wait_for 10 shows 192.0.2.10 && break
	kill $named
	wait $named
done
shows 192.0.2.10 || { tail -n 5 "$D/named.log"; exit 1; }
twin_serves "$D/twin" --scenario calm || exit 1
trap 'kill $twin $named $console' EXIT
provider=$(jq -r .cloudflare "$D/twin/services.json")
export DNS_TOKEN=a-secret-word
zone_id=023e105f4ecef8ad9ca31a8372d0c353

cat >"$D/book.yaml" <<YAML
runbook: dns
environment: STAGING
region: here
thresholds: {telephony: {min_success: 1}}
endpoints:
  provider: {adapter: cloudflare, url: "$provider", secret_env: DNS_TOKEN}
  ns: {adapter: dns, address: "127.0.0.1:$port"}
steps:
  - id: switch
    takes: 1s
    timeout: 8s
    object: dns:sip.domain.com
    do:
      dns: {endpoint: provider, server: ns, zone: $zone_id,
            name: sip.domain.com, value: 198.51.100.7}
    undo:
      dns: {endpoint: provider, server: ns, zone: $zone_id,
            name: sip.domain.com, value: 192.0.2.10}
YAML

has() { # ADDRESS: the provider's record
	curl -sf -H 'Authorization: Bearer any' \
		"$provider/zones/$zone_id/dns_records" |
		jq -e --arg a "$1" 'any(.result[]; .content == $a)' >/dev/null
}
is() { # STATE: the step, by the journal
	jq -rs '[.[] | select(.kind == "step") | .state][-1]' \
		"$D/room/journal.jsonl" | grep -qx "$1"
}

sit "$D/out" run "$D/book.yaml" --room "$D/room" --plain
check "the room opens" hears 'LIVE room'
tell arm switch
check "the step is confirmed" answers yes
check "its time passes, and the name server is named" hears \
	"switch: the outcome is still unknown .*127.0.0.1:$port says 192.0.2.10"
check "the provider has the new value" has 198.51.100.7
check "the step is unknown" is unknown
check "the console is left" leaves 3
sit "$D/again" run "$D/book.yaml" --room "$D/room" --plain
check "the next console asks the name server too" hears \
	"switch: the outcome is still unknown .*127.0.0.1:$port says 192.0.2.10"
zone 2 198.51.100.7
kill -HUP $named
wait_for 10 shows 198.51.100.7 || exit 1
tell recheck switch
check "what the name server shows is verified" wait_for 20 is verified
check "this console is left" leaves 0
finish
