#!/usr/bin/env bash
# Sees to it that the browser test has a Chromium: the one that DAVIT_TEST_CHROMIUM names, one on PATH, or, for root on
# Debian, the distribution's package, which is installed.
set -euo pipefail

if [ -n "${DAVIT_TEST_CHROMIUM:-}" ]; then
  [ -x "$DAVIT_TEST_CHROMIUM" ] || { echo "DAVIT_TEST_CHROMIUM names $DAVIT_TEST_CHROMIUM, which does not run" >&2; exit 1; }
  exit
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then exit; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "tools: installing chromium" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends chromium >/dev/null ||
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null
else
  echo "tools: Chromium is missing: install it, e.g. with \`sudo apt-get install chromium\`, or name it in DAVIT_TEST_CHROMIUM" >&2
  exit 1
fi
