#!/bin/sh
# One command of the running system, in containers or natively: infra/run.sh up|down|status|…
# Called by the Makefile from the repository's root.
set -eu

command=$1
shift
way=native
if python3 -c '' 2>/dev/null; then way=$(python3 -m infra.engine "${native:-}"); fi

if [ "$way" = compose ]; then
	exec python3 -m infra.docker.compose "$command" "$@"
fi
case $command in
up | dev) ./infra/bootstrap.sh ;;
*)
	[ -x .venv/bin/circusd ] || { echo "Warren is not installed here. Start with: make up" >&2; exit 1; }
	;;
esac
exec .venv/bin/python -m "infra.native.$command" "$@"
