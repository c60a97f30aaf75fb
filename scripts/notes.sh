#!/bin/sh
# Prints the section of CHANGELOG.md that belongs to the tag given as the
# argument. A tag that is no version, or has no section or an empty one, fails.
set -eu

tag=${1:?usage: notes.sh vX.Y.Z}
if ! printf '%s\n' "$tag" | grep -Eqx 'v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?'; then
	echo "notes: $tag is not vX.Y.Z" >&2
	exit 1
fi
notes=$(awk -v version="${tag#v}" '
	/^## / { found = ($2 == version || $2 == "[" version "]"); next }
	found' "$(dirname "$0")/../CHANGELOG.md")
if [ -z "$notes" ]; then
	echo "notes: CHANGELOG.md has no section ${tag#v}" >&2
	exit 1
fi
printf '%s\n' "$notes"
