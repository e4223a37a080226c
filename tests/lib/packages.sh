#!/bin/sh
# packages.sh - are the Debian packages there?  Install those that are not.
#
# usage: packages.sh STAMP NAME...    STAMP is touched when all are there.
# NO_INSTALL=1 prints the one command to run and stops.
set -eu
stamp=$1
shift
mkdir -p "$(dirname "$stamp")"

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "No dpkg here: going on without asking.  On Debian it would be:"
	echo "  $*"
	touch "$stamp"
	exit 0
fi

missing=
for name; do
	state=$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) || state=
	case $state in
	*' ok installed') ;;
	*) missing="$missing $name" ;;
	esac
done
if [ -z "$missing" ]; then
	touch "$stamp"
	exit 0
fi

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if [ -n "${NO_INSTALL:-}" ]; then
	echo "Packages are missing; install them with:"
	echo "  ${as_root:+$as_root }apt-get install --no-install-recommends$missing"
	exit 1
fi
echo "Installing missing packages:$missing"
if [ -n "$as_root" ] && ! command -v sudo >/dev/null 2>&1; then
	echo "There is no sudo here.  As root, run:"
	echo "  apt-get install --no-install-recommends$missing"
	exit 1
fi
$as_root apt-get update -q
# shellcheck disable=SC2086 # names are words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
	--no-install-recommends $missing
touch "$stamp"
