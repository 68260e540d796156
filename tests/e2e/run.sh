#!/usr/bin/env bash
# The proofs on a real cluster: builds the images, brings up two nodes with them, installs with helm, runs the
# suite, and ends exactly what it started.
#
#   tests/e2e/run.sh [ROW…]      all rows of the suite, or only some, e.g. `tests/e2e/run.sh a b`
#
# As root on Linux it makes a cluster of its own. Else it needs one:
# E2E_CONTEXT   the context of a cluster in your kubeconfig. Its nodes must have the images of `make images`, each
#               also with the next patch version for its tag. Rows that need the nodes themselves say what they lack
# DAVIT_IMAGES  what the images' names begin with (default: ghcr.io/davit-dev)
# E2E_KEEP=1    leaves the cluster up and says how to reach it; tests/e2e/nodes/down.sh ends it
#
# The images' sizes are printed first, the rows' table last; it is written to target/e2e.md, too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/nodes/lib.sh"
cd "$root"

export DAVIT_IMAGES=${DAVIT_IMAGES:-ghcr.io/davit-dev}
E2E_VERSION=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
export E2E_VERSION E2E_NEXT_VERSION=${E2E_VERSION%.*}.$((${E2E_VERSION##*.} + 1))
# The operator's and the runtime's images.
IMAGES=("davit-operator:$E2E_VERSION" "davit-runtime:$E2E_VERSION" "davit-runtime:$E2E_VERSION-debug" "davit-runtime:$E2E_VERSION-nojs")
export SANDBOX_IMAGE=davit.test/busybox:1

packages() {
  local missing=() pair
  for pair in containerd:containerd runc:runc iptables:iptables conntrack:conntrack ethtool:ethtool socat:socat \
    openssl:openssl ip:iproute2 nsenter:util-linux pgrep:procps buildah:buildah debootstrap:debootstrap; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
  [ ${#missing[@]} != 0 ] || return 0
  command -v apt-get >/dev/null || die "nodes need these packages, by the names that Debian has for them: ${missing[*]}"
  say "installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$CACHE/apt.log" 2>&1 ||
    die "apt-get could not install ${missing[*]}: $(tail -3 "$CACHE/apt.log")"
}

images() {
  say "building the images"
  export DAVIT_IMAGE_BUILDER=buildah DAVIT_IMAGE_STORE=${DAVIT_IMAGE_STORE:-$CACHE/images}
  buildah=(buildah --root "$DAVIT_IMAGE_STORE/images" --runroot "$DAVIT_IMAGE_STORE/run" --storage-driver overlay)
  images/build.sh >"$STATE/images.md" 2>"$STATE/images.log" || die "the images could not be built: $(tail -20 "$STATE/images.log")"
  cat "$STATE/images.md"
  small davit.test/busybox:1 "$(sed -n 's/^ARG BUSYBOX_IMAGE=//p' Dockerfile.runtime)" --cmd '["/bin/sleep","2147483647"]' --user 65532
  small davit.test/coredns:1 scratch --entrypoint '["/coredns"]'
}

# small NAME FROM OPTION…: an image of the suite's own; coredns is put into it.
small() {
  local name=$1 container
  container=$("${buildah[@]}" from --pull-never "$2")
  [ "$2" != scratch ] || "${buildah[@]}" copy --quiet "$container" "$BIN/coredns" /coredns >/dev/null
  "${buildah[@]}" config "${@:3}" "$container"
  "${buildah[@]}" commit --quiet --rm "$container" "$name" >/dev/null
}

# Every image as a file, from which the nodes take it: ours under this version and the next.
archives() {
  local image name number=0
  mkdir -p "$STATE/images"
  for image in "${IMAGES[@]}"; do
    for name in "$DAVIT_IMAGES/$image" "$DAVIT_IMAGES/${image/:$E2E_VERSION/:$E2E_NEXT_VERSION}"; do
      number=$((number + 1))
      "${buildah[@]}" push --quiet "$DAVIT_IMAGES/$image" "docker-archive:$STATE/images/$number.tar:$name"
    done
  done
  for image in davit.test/busybox:1 davit.test/coredns:1; do
    number=$((number + 1))
    "${buildah[@]}" push --quiet "$image" "docker-archive:$STATE/images/$number.tar:$image"
  done
}

finish() {
  local status=$?
  if [ -n "${E2E_KEEP:-}" ] && [ -e "$STATE/kubeconfig" ]; then
    say "The cluster is up. For a shell in its network:"
    say "  nsenter --net=/run/netns/$HOST env PATH=$BIN:\$PATH KUBECONFIG=$STATE/kubeconfig bash"
    say "To end it: $here/nodes/down.sh"
  else
    "$here/nodes/down.sh"
  fi
  exit $status
}

# Compiles before the cluster stands, so that it need not wait. The last line is the suite's program.
suite() {
  cargo build -q -p davit >&2
  cargo test -q -p davit-tests --test e2e --no-run --message-format=json |
    grep -o '"executable":"[^"]*/e2e-[^"]*"' | tail -1 | cut -d'"' -f4
}

own_cluster() {
  [ ! -e "$STATE" ] || die "a cluster is up already; to end it: $here/nodes/down.sh"
  packages
  BIN=$("$here/../tools/build.sh" --nodes | tail -1)
  export BIN
  mkdir -p "$STATE"
  trap finish EXIT
  images
  archives
  suite=$(suite)
  say "bringing up ${#NODES[@]} nodes"
  "$here/nodes/up.sh"
  say "they are ready"
  host env PATH="$BIN:$PATH" KUBECONFIG="$STATE/kubeconfig" E2E_BIN="$BIN" E2E_AUDIT_LOG="$STATE/audit.log" \
    E2E_REGISTRY_ADDRESS=10.98.1.1 "$suite" --out target/e2e.md "$@"
}

given_cluster() {
  BIN=$("$here/../tools/build.sh" | tail -1)
  E2E_BIN=$BIN "$(suite)" --out target/e2e.md "$@"
}

mkdir -p "$CACHE"
if [ -n "${E2E_CONTEXT:-}" ]; then
  given_cluster "$@"
elif [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ]; then
  own_cluster "$@"
else
  die "This needs root on Linux, to make nodes; or a cluster that E2E_CONTEXT names (a context of your kubeconfig)."
fi
