#!/bin/sh
# Builds and runs the measurements; options go on to davit-bench (--help lists them).
set -eu
cd "$(dirname "$0")/.."

if ! command -v wrk >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "bench: installing wrk" >&2
        apt-get install -y wrk >/dev/null || { apt-get update && apt-get install -y wrk; } >/dev/null
    else
        echo "bench: wrk is missing: install it, e.g. with \`sudo apt-get install wrk\`" >&2
        exit 1
    fi
fi
command -v taskset >/dev/null || { echo "bench: taskset is missing: install util-linux (Linux only)" >&2; exit 1; }
[ "$(nproc)" -ge 2 ] || { echo "bench: one core is not enough: the servers have one, and wrk another" >&2; exit 1; }
[ -x node_modules/.bin/bun ] || { echo "bench: Bun is missing: run \`npm ci\`" >&2; exit 1; }

cargo build --release -p davit-runtime -p davit -p davit-bench
exec "${CARGO_TARGET_DIR:-target}/release/davit-bench" "$@"
