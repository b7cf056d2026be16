#!/bin/sh
# Install what the native way needs, from a bare Debian on: a Python with venv, then all the rest.
# usage: infra/bootstrap.sh [--tests]      Run from the repository's root; quick when all is there.
set -eu

fitting() {
	"$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
	for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
		if command -v "$name" >/dev/null && fitting "$name"; then
			command -v "$name"
			return
		fi
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

python=$(find_python)
if [ -z "$python" ]; then
	echo "  · installing python3 and python3-venv"
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		python3 python3-venv >/dev/null
	python=$(find_python)
fi
[ -n "$python" ] || { echo "Python 3.11 or newer is needed: install it, then try again." >&2; exit 1; }
exec "$python" -m infra.native.install "$@"
