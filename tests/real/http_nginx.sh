#!/bin/sh
# nginx as "warroom probe" sees it: values, statuses, Retry-After, a redirect, a
# compressed bomb, TLS; and nothing raw on a terminal.
. tests/lib/lib.sh
. tests/lib/book.sh
. tests/lib/tls.sh
. tests/lib/nginx.sh

PATH=$PATH:/usr/sbin:/sbin
for tool in nginx openssl jq gzip script; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
D=$TMPDIR
tls_certs "$D" || exit 1
mkdir "$D/www"
head -c 30000000 /dev/zero | gzip -9 | gzip -9 >"$D/www/bomb"
printf '{"a":"\033]0;owned\007"}' >"$D/www/raw"
# shellcheck disable=SC2028 # the escape is JSON's
printf '%s' '{"a":"\u001b[2J\u202edessap"}' >"$D/www/escaped"
head -c 3000000 /dev/zero | tr '\0' ' ' >"$D/www/large"

servers() { # PORT: for the five ports from there on
	cat <<-CONF
	server {
	listen 127.0.0.1:$1; root $D/www;
	location = /good { return 200 '{"abandoned":3,"offered":150,"up":true}'; }
	location = /none { return 200 '{"abandoned":0,"offered":0,"up":null}'; }
	location = /moved { return 302 /there; }
	location = /there { return 200 '{"up":true}'; }
	location = /bomb { add_header Content-Encoding gzip; }
	location = /html { return 200 '<html>'; }
	location = /busy { return 503; }
	}
	server { listen 127.0.0.1:$(($1 + 1));
	location / { add_header Retry-After 120 always; return 503; } }
	server { listen 127.0.0.1:$(($1 + 2)) ssl;
	ssl_certificate good.pem; ssl_certificate_key good.key;
	location / { return 200 '{"up":true}'; } }
	server { listen 127.0.0.1:$(($1 + 3)) ssl;
	ssl_certificate expired.pem; ssl_certificate_key expired.key;
	location / { return 200 '{"up":true}'; } }
	server { listen 127.0.0.1:$(($1 + 4)) ssl;
	ssl_certificate other.pem; ssl_certificate_key other.key;
	location / { return 200 '{"up":true}'; } }
	CONF
}
nginx_serve "$D" servers || exit 1
trap 'kill $nginx 2>/dev/null' EXIT

book_begin "$D/book.yaml"
cat >>"$D/book.yaml" <<YAML
  plain: { adapter: plain, url: "http://127.0.0.1:$port" }
  busy: { adapter: plain, url: "http://127.0.0.1:$((port + 1))" }
  good-tls: { adapter: plain, url: "https://127.0.0.1:$((port + 2))", ca_file: $D/ca.pem }
  expired: { adapter: plain, url: "https://127.0.0.1:$((port + 3))", ca_file: $D/ca.pem }
  other: { adapter: plain, url: "https://127.0.0.1:$((port + 4))", ca_file: $D/ca.pem }
  unknown: { adapter: plain, url: "https://127.0.0.1:$((port + 2))" }
probes:
YAML
row() { # ID ENDPOINT PATH FROM
	cat >>"$D/book.yaml" <<-YAML
	  $1:
	    every: 60s
	    http: { endpoint: $2, path: $3 }
	    signals: { x.$1: { from: "$4" } }
	YAML
}
row ratio plain /good "/abandoned / /offered"
row flag plain /good /up
row status plain /html status
row no-events plain /none "/abandoned / /offered"
row null plain /none /up
row moved plain /moved /up
row bomb plain /bomb /up
row html plain /html /up
row large plain /large /up
row raw plain /raw /a
row escaped plain /escaped /a
row busy busy / /up
row tls good-tls / /up
row expired expired / /up
row other other / /up
row unknown unknown / /up

"$WARROOM" probe "$D/book.yaml" --json >"$D/out" 2>"$D/err" </dev/null
seen() { # ID TEXT: the sample says so
	probed "$D/out" "x.$1" >"$D/seen"
	holds "$D/seen" "$2"
}
check "a ratio of two fields" test "$(probed "$D/out" x.ratio)" = 0.02
check "a flag" test "$(probed "$D/out" x.flag)" = true
check "a status needs no JSON" test "$(probed "$D/out" x.status)" = 200
check "no events are no evidence" seen no-events "? no events"
check "null is no value" seen null "? /up is null"
check "a redirect is a finding" seen moved "? HTTP 302: redirect not followed"
check "and was not followed" lacks "$D/access.log" "/there"
check "a bomb is not unpacked" seen bomb "? the answer is not JSON"
check "HTML is no JSON" seen html "? the answer is not JSON"
check "3 MB are too much" seen large "larger than 1 MiB"
check "raw escapes are no JSON" seen raw "? the answer is not JSON"
check "503 is a failure" seen busy "? HTTP 503"
check "TLS by the CA named" test "$(probed "$D/out" x.tls)" = true
check "expired is not trusted" seen expired "not trusted"
check "another host's is not trusted" seen other "not trusted"
check "an unknown CA is not trusted" seen unknown "not trusted"

# Quiet that was asked for: one request, whatever the interval.
before=$(grep -c . "$D/access.log")
sed 's/every: 60s/every: 1s/' "$D/book.yaml" >"$D/often.yaml"
"$WARROOM" probe "$D/often.yaml" busy --for 4s --json >"$D/quiet" 2>"$D/err" \
	</dev/null
after=$(grep -c . "$D/access.log")
check "Retry-After is kept" test $((after - before)) = 1
check "and said" holds "$D/quiet" "asked for quiet (Retry-After)"

# What reaches a terminal, byte by byte; its own line ends apart.
script -qec "$WARROOM probe $D/book.yaml" "$D/typescript" >/dev/null </dev/null
check "it was shown" holds "$D/typescript" "not followed"
sed '1d;$d' "$D/typescript" | tr -d '\r\n' >"$D/shown"
check "no control character is shown" test \
	"$(LC_ALL=C tr -d '\040-\176\200-\377' <"$D/shown" | wc -c)" = 0
check "none that turns writing round" lacks "$D/shown" "$(printf '\342\200\256')"
check "the escape is shown as a word" holds "$D/shown" "dessap"
finish
