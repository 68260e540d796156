#!/usr/bin/env bash
# Installs what the plugins of tests/npm are made of, once, and bundles each as its author would.
# The folder of the built plugins is printed as the last line.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bun=${DAVIT_BUN:-$root/node_modules/.bin/bun}
cd "$root/tests/npm"

# Two runs at once install and bundle one after the other.
exec 9<package-lock.json
flock 9

locked=$(sha256sum <package-lock.json)
if [ "$(cat node_modules/.locked 2>/dev/null)" != "$locked" ]; then
  # The plugins run on Bun, whatever node there is to run npm.
  npm ci --no-audit --no-fund --engine-strict=false --loglevel=error >&2
  printf '%s\n' "$locked" >node_modules/.locked
fi
sources=$(find build.ts lib plugins package-lock.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; "$bun" --version)
if [ "$(cat dist/.sources 2>/dev/null)" != "$sources" ]; then
  "$bun" build.ts >&2
  printf '%s\n' "$sources" >dist/.sources
fi
echo "$PWD/dist"
