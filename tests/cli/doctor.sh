#!/bin/bash
# Each thing that would bite is provoked, named, and told what to do about.
. tests/lib/lib.sh
. tests/lib/book.sh

D=$TMPDIR
# says WORD CHECK TEXT: in the last output.
says() {
	jq -e --arg w "$1" --arg c "$2" --arg t "$3" '.checks[] |
		select(.check == $c and .says == $w) |
		select((.found + " " + .next) | contains($t))' "$D/out" \
		>/dev/null && return 0
	echo "no $1 of $2 with \"$3\":"
	jq -c '.checks[]' "$D/out" | grep -F "\"$2\"" || tail -n 3 "$D/err"
	return 1
}
doctor() { # CODE [VARIABLE=VALUE...] [-- ARGUMENTS...]
	local code=$1 vars=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		vars+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	exits "$code" env "${vars[@]}" timeout 60 "$WARROOM" doctor "$@" --json
}

check "a sound host has nothing that cannot work" doctor 0
check "every check says one of three words" jq -e '[.checks[].says] -
	["ok", "warn", "cannot"] == [] and .cannot == 0' "$D/out"
check "whoever is not ok is told what to do" jq -e '[.checks[] |
	select(.says != "ok" and .next == "")] == []' "$D/out"
check "a known terminal is ok" says ok terminal "256 colours"
check "so are UTF-8" says ok locale UTF-8
check "the state folder" says ok state "$XDG_STATE_HOME"
check "so are the themes beside the program" says ok themes dark.yaml
check "and the certificates" says ok certificates ca-certificates.crt
check "people get a line a check" sh -c "[ \"\$('$WARROOM' doctor |
	grep -cE '^(ok|warn|cannot) ')\" = $(jq '.checks | length' "$D/out") ]"

doctor 0 TERM=no-such-terminal
check "a relative of an unknown terminal is named" says warn terminal \
	"stands in for it"
mkdir "$D/empty"
printf 'no-place|a terminal that prints,\n\tcols#80, cr=\\r,\n' >"$D/no-place.ti"
if tic -o "$D/terminfo" "$D/no-place.ti" 2>/dev/null; then
	check "a terminal that cannot place a cursor shows no screen" doctor 1 \
		TERM=no-place TERMINFO="$D/terminfo"
	check "and is named" says cannot terminal "no-place"
fi
doctor 0 TERM=dumb
check "dumb is plain lines" says warn terminal "plain lines"
doctor 0 TERM=vt100
check "no colours are said" says warn terminal "no colours"
doctor 0 LC_ALL=C
check "ASCII is said" says warn locale "ASCII"
doctor 0 SSH_AUTH_SOCK="$D/nobody"
check "an agent that is gone is named" says warn "ssh agent" "$D/nobody"

cp "$WARROOM" "$D/alone"
check "a program without its themes is named" sh -c "'$D/alone' doctor |
	grep -q '^warn *themes .*no colours'"

touch "$D/file"
check "a state folder that cannot be is fatal" doctor 1 \
	XDG_STATE_HOME="$D/file"
check "and named" says cannot state "$D/file"
mkdir -p "$D/open/warroom"
chmod 777 "$D/open/warroom"
doctor 0 XDG_STATE_HOME="$D/open"
check "one that others can write is named" says warn state 0777
if [ "$(id -u)" != 0 ]; then
	mkdir -p "$D/readonly/warroom"
	chmod 500 "$D/readonly/warroom"
	check "one that is read-only is fatal" doctor 1 \
		XDG_STATE_HOME="$D/readonly"
fi

# A tmux of a script, with options that bite.
mkdir "$D/bin"
cat >"$D/bin/tmux" <<'SH'
#!/bin/sh
case "$*" in
-V) echo tmux 9.9 ;;
*escape-time) echo "${ESCAPE:-10}" ;;
*window-size) echo "${SIZE:-smallest}" ;;
*focus-events) echo "${FOCUS:-off}" ;;
esac
SH
chmod +x "$D/bin/tmux"
inside=(PATH="$D/bin:$PATH" TMUX="$D/socket,1,0")
doctor 0 "${inside[@]}"
check "sound options of tmux are ok" says ok tmux "escape-time 10 ms"
doctor 0 "${inside[@]}" ESCAPE=500
check "a long escape-time is named" says warn tmux "escape-time 500 ms"
doctor 0 "${inside[@]}" SIZE=latest
check "a window that follows whoever types is named" says warn \
	"tmux window" "window-size latest"
doctor 0 "${inside[@]}" FOCUS=on
check "focus events are named" says warn "tmux focus" "focus-events on"
printf '#!/bin/sh\nsleep 60\n' >"$D/bin/tmux"
doctor 0 "${inside[@]}"
check "a tmux that hangs is waited for half a second" says warn tmux ""

# A runbook.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
	-subj /CN=x -keyout "$D/key.pem" -out "$D/cert.pem" 2>/dev/null
mkfifo "$D/silence"
openssl s_server -accept 127.0.0.1:0 -cert "$D/cert.pem" -key "$D/key.pem" \
	-www <>"$D/silence" >"$D/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
wait_for 20 grep -q '^ACCEPT' "$D/server.log" || exit 1
port=$(sed -n 's/^ACCEPT.*:\([0-9]*\)$/\1/p' "$D/server.log")
printf 'a-secret-of-some-length\n' >"$D/secret"
chmod 600 "$D/secret"
book_begin "$D/book.yaml"
sed -i 's/^\( *\)title: wait$/&\n\1confirm: two_person/' "$D/book.yaml"
cat >>"$D/book.yaml" <<YAML
  edge: { adapter: tls, address: "127.0.0.1:$port" }
  unseen: { adapter: tls, address: "127.0.0.1:1" }
  down: { adapter: plain, url: "http://127.0.0.1:1" }
  api: { adapter: plain, url: "https://127.0.0.1:$port", ca_file: $D/none.pem,
    secret_file: $D/secret }
  env: { adapter: plain, url: "http://127.0.0.1:1", secret_env: DOCTOR_SECRET }
probes:
  edge:
    every: 60s
    timeout: 4s
    tls: { endpoint: edge }
    signals:
      ready.told: chain_valid
      ready.minimum: minimum
  down:
    every: 60s
    timeout: 2s
    http: { endpoint: down, path: / }
    signals:
      ready.status: status
YAML
look() { # CODE [VARIABLE=VALUE...]
	doctor "$@" -- "$D/book.yaml"
}
check "a runbook with things that cannot work ends with 1" look 1
check "a secret that is not set" says cannot "secret env" DOCTOR_SECRET
check "a file of a secret that is sound" says ok "secret api" "$D/secret"
check "a CA file that is not there" says cannot "ca_file api" "$D/none.pem"
check "an endpoint that is down" says cannot "endpoint down" refused
check "its probe" says cannot "probe down" refused
check "one that nobody watches" says warn "endpoint unseen" "no probe"
check "one that answers its probe" says ok "probe edge" "TLS 1.2 1.3"
check "ssh-keygen, since a step wants two" says ok "program ssh-keygen" wait
check "no secret is shown" lacks "$D/out" a-secret-of-some-length
look 1 DOCTOR_SECRET=another-secret-word
check "a secret that is set is ok" says ok "secret env" DOCTOR_SECRET
check "and is not shown" lacks "$D/out" another-secret-word
chmod 644 "$D/secret"
look 1
check "a file that others can read, with the way out" says cannot \
	"secret api" "chmod 600"
ln -s "$(command -v timeout)" "$(command -v env)" "$D/empty/"
look 1 PATH="$D/empty"
check "a program that is not here" says cannot "program ssh-keygen" "not in PATH"
check "few open files are fatal" sh -c "ulimit -n 70; '$WARROOM' doctor \
	'$D/book.yaml' --json >'$D/out'; [ \$? = 1 ]"
check "and counted" says cannot "open files" "2 probes may need 96"
check "a bad runbook is a usage error" exits 2 "$WARROOM" doctor "$D/file"
check "so is a twin without a runbook" exits 2 "$WARROOM" doctor --twin "$D"
finish
