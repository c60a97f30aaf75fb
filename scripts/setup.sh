#!/bin/sh
# Makes sure that the commands named as arguments are there: installs them on
# Debian and Ubuntu as root, elsewhere says what is missing and how to get it.
set -eu

# package NAME: the Debian package that brings a command.
package() {
	case $1 in
	go) echo golang-go ;;
	docker | dockerd) echo docker.io ;;
	busybox) echo busybox-static ;;
	script) echo bsdutils ;;
	node) echo nodejs ;;
	*) echo "$1" ;;
	esac
}

missing=
for command in "$@"; do
	case $command in
	# The image of the tests is made of the static one.
	busybox) [ -x /bin/busybox ] && continue ;;
	# A library, of the distribution's own Python.
	python3-docker) /usr/bin/python3 -c 'import docker' 2>/dev/null && continue ;;
	*) command -v "$command" >/dev/null 2>&1 && continue ;;
	esac
	missing="$missing $(package "$command")"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update
	# shellcheck disable=SC2086
	apt-get install -y --no-install-recommends $missing
	exit 0
fi
echo "missing:$missing" >&2
echo "On Debian or Ubuntu: sudo apt-get install$missing" >&2
exit 1
