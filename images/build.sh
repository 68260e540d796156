#!/usr/bin/env bash
# Builds the images of Dockerfile.operator and Dockerfile.runtime with docker, or else with buildah, and says how
# large each is.
#
#   images/build.sh                 davit-operator, and davit-runtime in its three forms
#
# DAVIT_IMAGES         what their names begin with (default: ghcr.io/davit-dev)
# DAVIT_IMAGE_BUILDER  docker or buildah (default: docker where its engine answers, else buildah)
# DAVIT_IMAGE_STORE    where buildah keeps images (default: buildah's own place)
# DAVIT_IMAGE_BASES    `local`: the images that the Dockerfiles start from are made here and not pulled; so it is with
#                      buildah where no registry answers
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
names=${DAVIT_IMAGES:-ghcr.io/davit-dev}
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)

# What each may take unpacked, in bytes.
MB=1000000
bound() { case $1 in operator) echo $((25 * MB)) ;; nojs) echo $((40 * MB)) ;; *) echo $((170 * MB)) ;; esac; }

say() { printf '%s\n' "$*" >&2; }

builder=${DAVIT_IMAGE_BUILDER:-}
[ -n "$builder" ] || { docker info >/dev/null 2>&1 && builder=docker; } || builder=buildah
command -v "$builder" >/dev/null || { say "images are built with docker or buildah; neither is here: apt-get install buildah debootstrap"; exit 1; }

buildah=(buildah)
if [ -n "${DAVIT_IMAGE_STORE:-}" ]; then
  mkdir -p "$DAVIT_IMAGE_STORE"
  buildah+=(--root "$DAVIT_IMAGE_STORE/images" --runroot "$DAVIT_IMAGE_STORE/run" --storage-driver overlay)
fi

# The base images stand, or can be pulled, or are made here.
bases() {
  local image all=1
  for image in $(sed -n 's/^ARG [A-Z]*_IMAGE=//p' Dockerfile.operator Dockerfile.runtime | sort -u); do
    "${buildah[@]}" inspect --type image "$image" >/dev/null 2>&1 && continue
    [ "${DAVIT_IMAGE_BASES:-}" != local ] && say "pulling $image" && timeout 600 "${buildah[@]}" pull --quiet "$image" >/dev/null && continue
    all=0
  done
  [ $all = 1 ] || images/bases.sh "${buildah[@]}"
}

build() { # DOCKERFILE TARGET NAME
  say "building $3"
  case $builder in
    docker) docker build --file "$1" --target "$2" --tag "$3" --build-arg VERSION="$version" --build-arg REVISION="$revision" . ;;
    # The crates that this machine has already are not fetched again.
    buildah) "${buildah[@]}" bud --isolation chroot --pull-never --layers --file "$1" --target "$2" --tag "$3" \
      --volume "${CARGO_HOME:-$HOME/.cargo}/registry:/usr/local/cargo/registry" \
      --build-arg VERSION="$version" --build-arg REVISION="$revision" . ;;
  esac >&2
}

size() { # NAME: in bytes, unpacked
  case $builder in
    docker) docker image inspect --format '{{.Size}}' "$1" ;;
    buildah)
      local container root
      container=$("${buildah[@]}" from --pull-never "$1")
      root=$("${buildah[@]}" mount "$container")
      du --summarize --bytes "$root" | cut -f1
      "${buildah[@]}" rm "$container" >/dev/null
      ;;
  esac
}

[ "$builder" = docker ] || bases
build Dockerfile.operator operator "$names/davit-operator:$version"
build Dockerfile.runtime nojs "$names/davit-runtime:$version-nojs"
build Dockerfile.runtime runtime "$names/davit-runtime:$version"
build Dockerfile.runtime debug "$names/davit-runtime:$version-debug"

failed=0
printf '| image | MB unpacked | bound |\n|---|---|---|\n'
for image in operator:operator runtime:nojs runtime:runtime runtime:debug; do
  target=${image#*:}
  suffix=
  case $target in nojs | debug) suffix=-$target ;; esac
  name=$names/davit-${image%:*}:$version$suffix
  bytes=$(size "$name")
  printf '| `%s` | %s | %s |\n' "$name" "$(awk "BEGIN { printf \"%.1f\", $bytes / $MB }")" "$(($(bound "$target") / MB))"
  [ "$bytes" -le "$(bound "$target")" ] || failed=1
done
[ $failed = 0 ] || { say "an image is larger than its bound"; exit 1; }
