#!/usr/bin/env bash
# Makes the images that the Dockerfiles start from, under their public names, for machines that reach no registry
# of images: from Debian's packages, this machine's own Rust and the Bun that package-lock.json pins.
#
#   images/bases.sh BUILDAH…      the buildah to use, with its options
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
buildah=("$@")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '%s\n' "$*" >&2; }

# base ARG: the default that a Dockerfile has for it.
base() { sed -n "s/^ARG $1=//p" "$here"/../Dockerfile.{operator,runtime} | head -1; }

missing() { ! "${buildah[@]}" inspect --type image "$1" >/dev/null 2>&1; }

# commit NAME FOLDER [config option…]: an image of one layer, the folder's files.
commit() {
  local name=$1 folder=$2 container
  shift 2
  container=$("${buildah[@]}" from scratch)
  "${buildah[@]}" add --quiet "$container" "$folder" / >/dev/null
  [ $# = 0 ] || "${buildah[@]}" config "$@" "$container"
  "${buildah[@]}" commit --quiet --rm "$container" "$name" >/dev/null
  say "made $name"
}

rust() {
  local root=$scratch/rust toolchain mirror
  toolchain=$(rustc --print sysroot)
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | awk '$2 == "bookworm" { print $1; exit }')
  say "making $1 (about a minute)"
  debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev bookworm "$root" "$mirror" >"$scratch/debootstrap.log" 2>&1 ||
    { tail "$scratch/debootstrap.log" >&2; exit 1; }
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/usr/share/{doc,man,locale}
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" # also this machine's own authorities
  mkdir -p "$root/usr/local/cargo"
  tar -C "$toolchain" --exclude=./share --exclude=./lib/rustlib/src -cf - . | tar -C "$root/usr/local" -xf -
  commit "$1" "$root" --env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env CARGO_HOME=/usr/local/cargo
  rm -rf "$root"
}

bun() {
  local bun
  bun=$(readlink -f "$here/../node_modules/.bin/bun")
  install -D -m 755 "$bun" "$scratch/bun/usr/local/bin/bun"
  commit "$1" "$scratch/bun" --entrypoint '["/usr/local/bin/bun"]'
}

busybox() {
  local root=$scratch/busybox applet
  (cd "$scratch" && apt-get download busybox-static >/dev/null 2>&1 && dpkg -x busybox-static*.deb busybox-package)
  install -D -m 755 "$(find "$scratch/busybox-package" -path '*bin/busybox' -type f)" "$root/bin/busybox"
  for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
  done
  install -d -m 1777 "$root/tmp"
  commit "$1" "$root" --env PATH=/bin --cmd sh
}

for make in "rust $(base RUST_IMAGE)" "bun $(base BUN_IMAGE)" "busybox $(base BUSYBOX_IMAGE)"; do
  missing "${make#* }" || continue
  $make
done
