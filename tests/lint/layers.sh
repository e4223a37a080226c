#!/bin/bash
# layers.sh - does each #include stay below its own floor, and each library
# in its room?
#
# A folder sees itself and lower ranks.  Equal ranks are strangers.  The two
# tables are the architecture: a change there needs a reason of its own.
set -eu

ranks="base=0 model=1 conf=2 journal=2 net=2 probe=3 action=3 report=3 \
engine=4 twin=5 ui=5 cli=6"

# Library header prefix, then where it may be seen.  Longest names first is
# not needed: each prefix is looked up on its own.
rooms="curses.h:ui/term.c ncurses:ui/term.c term.h:ui/term.c \
panel.h:ui/term.c curl/:src/net/ osip:src/net/,src/twin/ \
ldns/:src/net/,src/twin/ openssl/:src/base/digest.c,src/net/,src/twin/ \
yaml.h:src/conf/ cjson/:src/base/json.c microhttpd:src/twin/ \
pthread.h:src/base/ threads.h:nowhere pcre2:src/"

# Of the engine, ui may see its public headers only.
ui_sees="engine/engine.h engine/command.h"

find src ui -name '*.[ch]' -print0 | xargs -0 grep -nE '^[ 	]*#[ 	]*include' \
	/dev/null | awk -v ranks="$ranks" -v rooms="$rooms" -v ui="$ui_sees" '
BEGIN {
	n = split(ranks, list, " ")
	for (i = 1; i <= n; i++) {
		split(list[i], pair, "=")
		rank[pair[1]] = pair[2]
	}
	n = split(rooms, list, " ")
	for (i = 1; i <= n; i++) {
		split(list[i], pair, ":")
		room[pair[1]] = pair[2]
	}
	n = split(ui, list, " ")
	for (i = 1; i <= n; i++)
		public[list[i]] = 1
}
function complain(text) {
	print place ": " text
	bad = 1
}
function folder(path, part) {
	split(path, part, "/")
	return part[1] == "src" ? part[2] : part[1]
}
function may_see(file, places, list, i, n) {
	n = split(places, list, ",")
	for (i = 1; i <= n; i++)
		if (substr(file, 1, length(list[i])) == list[i])
			return 1
	return 0
}
{
	split($0, at, ":")
	file = at[1]
	place = at[1] ":" at[2]
	from = folder(file)
	if (!(from in rank)) {
		complain("the folder " from " has no rank")
		next
	}
	if (match($0, /<[^>]*>/)) {
		name = substr($0, RSTART + 1, RLENGTH - 2)
		for (prefix in room)
			if (index(name, prefix) == 1 && !may_see(file, room[prefix]))
				complain("<" name "> belongs to " room[prefix])
	} else if (match($0, /"[^"]*"/)) {
		name = substr($0, RSTART + 1, RLENGTH - 2)
		to = name
		if (!sub(/\/[^\/]*$/, "", to) || name ~ /\.\./ || !(to in rank))
			complain("\"" name "\" is not written folder/file.h")
		else if (to != from && rank[to] >= rank[from])
			complain(from " must not know \"" name "\"")
		else if (from == "ui" && to != "ui" && to != "base" && \
			 to != "model" && !(name in public))
			complain("ui sees base, model and the public face of engine, not \"" name "\"")
		else if (from == "twin" && to == "engine")
			complain("the twin must not know the engine")
	}
}
END { exit bad }'
echo "ok every include keeps to its layer"
