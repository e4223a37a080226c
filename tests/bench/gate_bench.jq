# gate_bench.jq - what `warroom gate --signals` decides, as a jq program.
#
# usage: jq -n --slurpfile manifest GATE.json -f gate_bench.jq SIGNALS
#
# Thresholds by name (max_, min_, _minimum, bare), types that must fit, failed,
# thin and stale measurements, worst verdict wins.  Times are compared as
# texts, which is cheaper than reading them; the files have one form only.

def version: [splits("[.]") | tonumber];

def judge($name; $limit; $s; $oldest):
	if $s == null or $s.error != null or $s.n == 0 or $s.at < $oldest or
		($s.value | type) != ($limit | type) then "BLIND"
	elif $name | startswith("max_") then
		if $s.value <= $limit then "GO" else "NO-GO" end
	elif $name | startswith("min_") then
		if $s.value >= $limit then "GO" else "NO-GO" end
	elif $name | endswith("_minimum") then
		if ($s.value | version) >= ($limit | version) then "GO"
		else "NO-GO" end
	elif ($limit | type) == "number" then
		if $s.value <= $limit then "GO" else "NO-GO" end
	elif $s.value == $limit then "GO" else "NO-GO" end;

def signal:
	if startswith("max_") or startswith("min_") then .[4:]
	elif endswith("_minimum") then .[:-8] else . end;

(reduce inputs as $s ({}; .[$s.signal] = $s)) as $samples |
([$samples[].at] | max | fromdate - 120 | todate) as $oldest |
[$manifest[0].thresholds | to_entries[] | .key as $domain |
	.value | to_entries[] | "\($domain).\(.key | signal)" as $signal |
	{ $signal, verdict:
		judge(.key; .value; $samples[$signal]; $oldest) }] as $gates |
{
	verdict: (["NO-GO", "BLIND", "GO"] |
		map(select(. as $v | any($gates[]; .verdict == $v)))[0]),
	$gates
}
