#!/bin/bash
# sizes.sh - files and functions a reader can hold, nothing left open, no
# call that the house has banned, nothing strange at the top.
set -u
bad=0

complain() {
	echo "$*"
	bad=1
}

# longest LIMIT FIND-ARGUMENTS...: no such file has more lines.
longest() {
	local limit=$1 file lines
	shift
	while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le "$limit" ] ||
			complain "$file: $lines lines, at most $limit"
	done < <(find "$@" | sort)
}

longest 600 src ui tests -name '*.c'
longest 200 src ui tests -name '*.h'

if command -v ctags >/dev/null 2>&1; then
	long=$(find src ui -name '*.c' -print0 | xargs -0 ctags -x --c-kinds=f \
		--_xformat='%F %N %n %e' 2>/dev/null |
		awk '$4 - $3 + 1 > 80 {
			print $1 ":" $3 ": " $2 "() has " $4 - $3 + 1 \
				" lines, at most 80" }')
	[ -z "$long" ] || complain "$long"
fi

# never REASON PATTERN WHERE...: the pattern does not occur, but in $but.
never() {
	local reason=$1 pattern=$2 hits
	shift 2
	hits=$(grep -rnE --include='*.[ch]' --include='*.sh' -e "$pattern" "$@" |
		grep -vE "${but:-^$}")
	[ -z "$hits" ] || complain "$hits
  ^ $reason"
}

# uncalled REASON PATTERN WHERE...: the same, but in code: comments may speak
# of it.
uncalled() {
	local reason=$1 pattern=$2 hits
	shift 2
	hits=$(grep -rnE --include='*.[ch]' -e "$pattern" "$@" |
		grep -vE "${but:-^$}" |
		sed -E 's@/\*.*@@; /^[^:]*:[0-9]*:[[:space:]]*\*/d' |
		grep -E -e "$pattern")
	[ -z "$hits" ] || complain "$hits
  ^ $reason"
}

open_ends='\b(TO''DO|FIX''ME|XX''X|HA''CK)\b'
never "an open end: mend it or open an issue" "$open_ends" src ui tests
banned='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gets|system'
banned="$banned|popen|atoi|atol|atof|strdup|strndup|asprintf|pthread_cancel"
banned="$banned|pthread_detach|alloca|tmpnam|mktemp"
uncalled "banned: see base/str.h, base/buf.h, base/mem.h, base/thread.h" \
	"(^|[^a-zA-Z0-9_.>])($banned)\(" src ui
but='^src/base/mem\.c' uncalled "banned: base/mem.h ends the program in one place" \
	'(^|[^a-zA-Z0-9_])(malloc|calloc|realloc|reallocarray)\(' \
	src ui
uncalled "banned: it ignores case; json_get() does not" \
	'cJSON_GetObjectItem\(' src ui
but='^src/base/(clock|lock)\.c' uncalled "time comes from base/clock.h" \
	'(^|[^a-zA-Z0-9_])(clock_gettime|gettimeofday|time)\((NULL|CLOCK)' \
	src ui
but='^src/base/rng\.c' uncalled "randomness comes from base/rng.h" \
	'(^|[^a-zA-Z0-9_])(rand|random|drand48|getrandom)\(' \
	src ui
never "more than 80 columns" '^[^	]{81,}$' src ui

known=' Makefile README.md LICENSE src ui themes runbooks tests man build '
for entry in *; do
	case $known in
	*" $entry "*) ;;
	*) complain "$entry: does not belong in the top folder" ;;
	esac
done

while read -r file; do
	head -n 1 "$file" | grep -qE '^/\*' ||
		complain "$file: begins without a comment that says what it is"
done < <(find src ui tests -name '*.[ch]' | sort)

[ "$bad" = 0 ] && echo "ok sizes, banned calls, open ends, top folder"
exit "$bad"
