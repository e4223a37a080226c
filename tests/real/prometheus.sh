#!/bin/sh
# Prometheus as "warroom probe" sees it, reading a file of metrics that nginx
# serves: values and their age, and everything that is no measurement.
. tests/lib/lib.sh
. tests/lib/book.sh
. tests/lib/nginx.sh

PATH=$PATH:/usr/sbin:/sbin
for tool in prometheus nginx curl jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
D=$TMPDIR
mkdir "$D/www"
stop() {
	kill -CONT $prometheus
	kill $prometheus $nginx
} 2>/dev/null
prometheus=
nginx=
trap stop EXIT

# What stands in the look-back of Prometheus (5 minutes) but is 3 minutes old:
# its answers bear the time of the evaluation.
old_ms=$((($(date +%s) - 180) * 1000))
cat >"$D/www/metrics" <<TEXT
# TYPE waiting gauge
waiting{queue="billing"} 7
waiting{queue="sales"} 0
waiting{queue="broken"} NaN
waiting{queue="endless"} +Inf
waiting{queue="debts"} -2.5
# TYPE calls_total counter
calls_total{queue="billing"} 1200
# TYPE quiet gauge
quiet 41 $old_ms
# TYPE shared gauge
shared{part="far"} 9
TEXT
echo 'leaving 5' >"$D/www/leaving"
echo 'failing 6' >"$D/www/failing"
echo 'dropped 8' >"$D/www/dropped"

servers() {
	cat <<-CONF
	server { listen 127.0.0.1:$1; root $D/www; default_type text/plain;
	location = /read { return 500 "gone"; } }
	CONF
}
nginx_serve "$D" servers || exit 1

scraped() { # [all]: the configuration; all: with what leaves later
	cat <<-YAML
	global: { scrape_interval: 1s, scrape_timeout: 1s }
	# Asked only for part="far", which it cannot answer: a warning.
	remote_read:
	  - url: http://127.0.0.1:$port/read
	    read_recent: true
	    required_matchers: { part: far }
	scrape_configs:
	  - job_name: queues
	    static_configs:
	      - targets: ["127.0.0.1:$port"]
	      - targets: ["127.0.0.1:$port"]
	        labels: { __metrics_path__: /failing, part: failing }
	YAML
	if [ $# -gt 0 ]; then
		cat <<-YAML
		      - targets: ["127.0.0.1:$port"]
		        labels: { __metrics_path__: /leaving, part: leaving }
		  - job_name: dropped
		    metrics_path: /dropped
		    static_configs: [ { targets: ["127.0.0.1:$port"] } ]
		YAML
	fi
}
scraped all >"$D/prometheus.yml"
prometheus --config.file="$D/prometheus.yml" --storage.tsdb.path="$D/data" \
	--web.listen-address=127.0.0.1:0 --log.level=info \
	>"$D/prometheus.log" 2>&1 &
prometheus=$!
listens() {
	at=$(sed -n 's/.*msg="Listening on" address=\(127[0-9.:]*\).*/\1/p' \
		"$D/prometheus.log")
	[ -n "$at" ]
}
# answer QUERY: how many series, as curl sees it
answer() {
	curl -sf --max-time 5 --data-urlencode "query=$1" -G \
		"http://$at/api/v1/query" | jq '.data.result | length'
}
series() { # QUERY COUNT
	test "$(answer "$1")" = "$2"
}
if ! wait_for 60 listens || ! wait_for 60 series '{queue="debts"}' 1 ||
	! wait_for 60 series leaving 1 || ! wait_for 60 series failing 1 ||
	! wait_for 60 series dropped 1; then
	tail -n 20 "$D/prometheus.log"
	exit 1
fi

book_begin "$D/book.yaml"
cat >>"$D/book.yaml" <<YAML
  prometheus: { adapter: plain, url: "http://$at" }
probes:
YAML
row() { # ID QUERY [MORE]
	cat >>"$D/book.yaml" <<-YAML
	  $1:
	    every: 60s
	    timeout: 8s
	    prometheus: { endpoint: prometheus, query: '$2'${3:+, $3} }
	    signals: { $1.value: value, $1.age: age_seconds }
	YAML
}
row plain 'waiting{queue="billing"}'
row zero 'waiting{queue="sales"}'
row negative 'waiting{queue="debts"}'
row sum 'sum(waiting{queue=~"billing|sales"})' \
	'age_of: "waiting{queue=~\"billing|sales\"}"'
row scalar 'scalar(waiting{queue="billing"})' \
	'age_of: "waiting{queue=\"billing\"}"'
row rate 'rate(calls_total[1m])' 'age_of: calls_total'
row bare-sum 'sum(waiting{queue=~"billing|sales"})'
row empty 'waiting{queue="nobody"}'
row several 'waiting'
row nan 'waiting{queue="broken"}'
row infinite 'waiting{queue="endless"}'
row divided 'waiting{queue="billing"} / on() waiting{queue="sales"}' \
	'age_of: waiting'
row range 'waiting{queue="billing"}[1m]' 'age_of: waiting'
row text '"seven"' 'age_of: waiting'
row wrong 'waiting{queue='
row clash 'waiting * on(job) waiting'
row warned 'shared{part="far"}'
row old quiet
row old-allowed quiet 'max_age: 10m'
row ageless 'waiting{queue="billing"}' 'age_of: nothing'
row leaving leaving
row failing failing
row dropped dropped 'max_age: 6s'
row up 'up{part="failing"}'

look() {
	"$WARROOM" probe "$D/book.yaml" "$@" --json >"$D/out" 2>"$D/err" \
		</dev/null
}
# sees ID VALUE; a VALUE of "? text" is an error that holds the text.
sees() {
	got=$(probed "$D/out" "$1.value")
	want=${2#\? }
	if [ "$want" = "$2" ]; then
		[ "$got" != "$2" ] || return 0
	else
		case $got in "? "*"$want"*) return 0 ;; esac
	fi
	echo "$1 is $got, not $2"
	return 1
}
young() { # ID: at most so old as two minutes are fresh
	probed "$D/out" "$1.age" | jq -e '. >= 0 and . < 120' >/dev/null
}

dropped_is() { # VALUE: as soon as a look is not late itself
	sees dropped "$1" || { look && sees dropped "$1"; }
}

look
check "some are no measurement" test $? = 4
check "a value" sees plain 7
check "its age is that of the sample" young plain
check "a true zero" sees zero 0
check "a negative one" sees negative -2.5
check "a sum whose age is known" sees sum 7
check "a scalar whose age is known" sees scalar 7
check "a sum of unknown age is none" sees bare-sum "? name its series in age_of"
check "no series is no zero" sees empty "? no series: no data"
check "five series are no number" sees several "? 5 series, one is wanted"
check "NaN is no number" sees nan "? the value is NaN"
check "infinity is no number" sees infinite "? the value is +Inf"
check "a division by zero neither" sees divided "? the value is +Inf"
check "a range is no number" sees range "? the answer is a matrix"
check "a text is no number" sees text "? the answer is a string"
check "a query that does not parse" sees wrong "? bad_data: "
check "a query that cannot be run" sees clash "? execution: "
check "a value with a warning is none" sees warned "? warning: "
check "though there is a value" series 'shared{part="far"}' 1
check "three minutes are stale" sees old "? stale: measured 3m"
check "though Prometheus answers as if it were now" series quiet 1
check "three minutes of ten are fresh" sees old-allowed 41
check "a series without age" sees ageless "? age: no series"
check "before it leaves" sees leaving 5
check "before it fails" sees failing 6
check "before its job is dropped" dropped_is 8
check "a target that is up" sees up 1

# A rate wants two samples.
rated() {
	look rate
	sees rate 0
}
check "a rate whose age is known" wait_for 60 rated

# The one is no target any more, the other answers 404: Prometheus ends their
# series with a mark, long before the look-back is over.  Where the whole job
# goes it sets none: only the age tells.
scraped >"$D/prometheus.yml"
rm "$D/www/failing"
kill -HUP $prometheus
check "Prometheus has marked one" wait_for 30 series leaving 0
check "and the other" wait_for 30 series failing 0
look
check "a target that left is no data" sees leaving "? no series: no data"
check "a target that fails is no data" sees failing "? no series: no data"
check "that it is down is a value" sees up 0
check "its neighbours go on" sees plain 7
aged() {
	look dropped
	sees dropped "? stale: measured "
}
check "a job that was dropped is stale" wait_for 30 aged
check "though Prometheus still answers for it" series dropped 1

kill -STOP $prometheus
look plain
check "one that hangs is BLIND" test $? = 4
check "and said to be late" sees plain "? no whole answer"
kill -CONT $prometheus
back() {
	look plain && sees plain 7
}
check "it comes back" wait_for 30 back

kill $prometheus
wait $prometheus
look plain
check "one that is gone is BLIND" test $? = 4
check "and said to refuse" sees plain "? connection refused"
finish
