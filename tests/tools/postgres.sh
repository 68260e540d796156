#!/usr/bin/env bash
# Finds PostgreSQL's programs for the tests, or gets them from Debian's packages: downloaded and unpacked into a cache,
# nothing is installed. The folder that holds bin/ is printed as the last line.
#
# DAVIT_TEST_POSTGRES  a folder whose bin/ has postgres, initdb and createdb is taken as it is
# DAVIT_TEST_CACHE     where the packages are kept (default: ${XDG_CACHE_HOME:-~/.cache}/davit-test; root's:
#                      /var/cache/davit-test, for the server refuses to be root's and nobody else may enter root's home)
set -euo pipefail

default=${XDG_CACHE_HOME:-$HOME/.cache}/davit-test
[ "$(id -u)" != 0 ] || default=/var/cache/davit-test
cache=${DAVIT_TEST_CACHE:-$default}

if [ -n "${DAVIT_TEST_POSTGRES:-}" ]; then
  echo "$DAVIT_TEST_POSTGRES"
  exit
fi

# newest FOLDER: the newest version's folder below one that is laid out as Debian does.
newest() { { find "$1/usr/lib/postgresql" -path '*/bin/initdb' 2>/dev/null || true; } | sort -V | sed -n '$s|/bin/initdb$||p'; }

# unpack PACKAGE...: downloads packages with apt-get and unpacks them into the cache.
unpack() {
  (
    cd "$unpacked.new"
    apt-get download "$@" >&2
    for package in *.deb; do dpkg -x "$package" . && rm "$package"; done
  )
}

# missing: the packages of the libraries that its programs want and this machine lacks. LLVM would only compile queries.
missing() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    "postgresql-$version" "postgresql-client-$version" | grep -E "^lib" | grep -v "^libllvm" | sort -u |
    while read -r package; do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || echo "$package"
    done
}

found=$(newest "")
if [ -z "$found" ]; then
  unpacked=$cache/postgres
  mkdir -p "$cache"
  exec 9>"$cache/postgres.lock"
  flock 9
  if [ ! -d "$unpacked" ]; then
    # A fresh machine's lists may be empty or old.
    [ "$(id -u)" != 0 ] || apt-get update >/dev/null
    version=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1)
    [ -n "$version" ] || {
      echo "no PostgreSQL here and none known to apt: install it, or name its folder in DAVIT_TEST_POSTGRES" >&2
      exit 1
    }
    rm -rf "$unpacked.new"
    mkdir -p "$unpacked.new"
    unpack "postgresql-$version" "postgresql-client-$version" $(missing)
    mv "$unpacked.new" "$unpacked"
  fi
  found=$(newest "$unpacked")
fi
echo "$found"
