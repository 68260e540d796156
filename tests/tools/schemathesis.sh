#!/usr/bin/env bash
# Installs Schemathesis, which holds the admin API against its OpenAPI document, into a Python environment of its own in
# a cache, once for each version of it and of Python. The program's path is printed as the last line.
#
# DAVIT_TEST_SCHEMATHESIS  a program that is taken as it is
# DAVIT_TEST_CACHE         where it is kept (default: ${XDG_CACHE_HOME:-~/.cache}/davit-test)
set -euo pipefail

if [ -n "${DAVIT_TEST_SCHEMATHESIS:-}" ]; then
  [ -x "$DAVIT_TEST_SCHEMATHESIS" ] ||
    { echo "DAVIT_TEST_SCHEMATHESIS names $DAVIT_TEST_SCHEMATHESIS, which does not run" >&2; exit 1; }
  echo "$DAVIT_TEST_SCHEMATHESIS"
  exit
fi

can() { python3 -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))" 2>/dev/null; }

if ! can && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "tools: installing python3-venv" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends python3-venv >/dev/null ||
    { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >/dev/null
fi
can || {
  echo "tools: Python 3.10 or newer with venv is missing: install it, e.g. with \`sudo apt-get install python3-venv\`" >&2
  exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DAVIT_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davit-test}
mkdir -p "$cache"

# Two runs at once install it once.
exec 9>"$cache/schemathesis.lock"
flock 9

from=$(cat "$here/schemathesis/requirements.txt" <(python3 --version) | sha256sum | cut -c1-16)
environment=$cache/schemathesis-$from
if [ ! -f "$environment/ready" ]; then
  echo "tools: installing schemathesis" >&2
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --no-input --disable-pip-version-check --only-binary :all: --no-deps \
    --requirement "$here/schemathesis/requirements.txt" >&2
  "$environment/bin/pip" --disable-pip-version-check check >&2
  touch "$environment/ready"
fi
echo "$environment/bin/schemathesis"
