#!/bin/sh
# Every theme that ships is sound and legible, and --theme takes it by name.
. tests/lib/lib.sh

"$WARROOM" run --help | grep -e ' --theme ' >"$TMPDIR/help"
for name in dark light high-contrast colour-blind mono; do
	check "there is a theme $name" test -f "themes/$name.yaml"
	check "the help names $name" grep -qE " $name(,| or )" "$TMPDIR/help"
done

for file in themes/*; do
	name=${file##*/}
	name=${name%.yaml}
	check "$file has nothing against it" exits 0 "$WARROOM" check "$file"
	check "no warning in $file" holds "$TMPDIR/out" \
		"1 file checked, 0 warnings"
	check "$file goes by its name" grep -qx "theme: $name" "$file"
	check "$file says what it is for" grep -qxE \
		'background: (dark|light|any)' "$file"
	check "the manual has $file" holds man/warroom-theme.5 "$file"
done

# Installed, they are found by name from any folder.
mkdir -p "$TMPDIR/bin" "$TMPDIR/share/warroom" "$TMPDIR/else"
cp "$WARROOM" "$TMPDIR/bin/warroom"
cp -R themes runbooks "$TMPDIR/share/warroom"

# stop_twin ROOM: what a drill leaves behind, ready to be taken up again.
stop_twin() {
	url=$(sed -n 's/.*"http":"\([^"]*\)".*/\1/p' \
		"$TMPDIR/$1/services.json" 2>/dev/null)
	[ -z "$url" ] || curl -sS -m 10 -X POST -H 'X-Twin: 1' \
		"$url/twin/stop" >/dev/null
}

# takes NAME: a drill with that theme opens; without input it parks at once.
takes() {
	(cd "$TMPDIR/else" && ../bin/warroom drill --plain --theme "$1" \
		--room "$TMPDIR/$1" </dev/null >"$TMPDIR/out" 2>"$TMPDIR/err")
	stop_twin "$1"
	lacks "$TMPDIR/err" "theme" && holds "$TMPDIR/out" "DRILL room opens"
}

for file in themes/*; do
	name=${file##*/}
	check "--theme ${name%.yaml}" takes "${name%.yaml}"
done
check "a name that is none is refused" exits 2 "$TMPDIR/bin/warroom" drill \
	--plain --theme dusk --room "$TMPDIR/dusk"
stop_twin dusk
check "by its name" holds "$TMPDIR/err" 'no theme "dusk"'

# seen RULE CODE SED: what becomes of the dark theme is found.
seen() {
	sed "$3" themes/dark.yaml >"$TMPDIR/theme.yaml"
	exits "$2" "$WARROOM" check "$TMPDIR/theme.yaml" &&
		holds "$TMPDIR/out" "[$1]"
}

check "what is hard to read is a warning" seen low-contrast 0 \
	's/^  dim: .*245 default/  dim: 240 default/'
check "and counted" holds "$TMPDIR/out" "1 file checked, 1 warnings"
check "what nobody can read is an error" seen unreadable 2 \
	's/^  dim: .*245 default/  dim: 234 default/'
cp "$TMPDIR/theme.yaml" "$TMPDIR/else/faint.yaml"
faint() {
	(cd "$TMPDIR/else" && ../bin/warroom drill --plain --theme ./faint.yaml \
		--room "$TMPDIR/faint" </dev/null >"$TMPDIR/out" 2>"$TMPDIR/err")
	stop_twin faint
	holds "$TMPDIR/out" "DRILL room opens"
}
check "but no reason not to open a room" faint
check "which says what it does about it" holds "$TMPDIR/err" \
	"going on with the theme dark"
check "a dark theme is not for white paper" seen unreadable 2 \
	's/^background: dark/background: any/'
finish
