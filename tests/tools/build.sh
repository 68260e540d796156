#!/usr/bin/env bash
# Builds the real parts that the tests run against, once, into a cache outside the tree. All come from Go modules.
#
#   tests/tools/build.sh             what `make test` needs: etcd, kube-apiserver, kube-controller-manager, an OCI
#                                    registry, kubectl, helm, kube-score, kstatus, luahealth, and in crds/ the definitions of
#                                    other projects' resources that the chart may make
#   tests/tools/build.sh --nodes     and what nodes need: kube-scheduler, kubelet, kube-proxy, coredns
#
# The folder of the binaries is printed as the last line.
#
# DAVIT_TEST_CACHE     where they are kept (default: ${XDG_CACHE_HOME:-~/.cache}/davit-test)
# KUBEBUILDER_ASSETS   a folder whose etcd, kube-apiserver, kube-controller-manager and kubectl are taken as they are
set -euo pipefail

KUBERNETES=v1.34.4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DAVIT_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davit-test}
bin=$cache/bin-$KUBERNETES
mkdir -p "$bin"

export GOTOOLCHAIN=local GOFLAGS="-mod=mod -buildvcs=false" CGO_ENABLED=0

say() { printf '%s\n' "$*" >&2; }

# Two runs at once build each thing once.
exec 9>"$cache/lock"
flock 9

# have NAME FROM: true when NAME stands already and was built from the same, or is one of the given assets.
have() {
  [ -x "$bin/$1" ] && [ "$(cat "$bin/.$1.from" 2>/dev/null)" = "$2" ] && return 0
  if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/$1" ]; then
    ln -sf "$KUBEBUILDER_ASSETS/$1" "$bin/$1"
    return 0
  fi
  return 1
}

# keep NAME FROM: takes NAME.new as NAME.
keep() {
  mv "$bin/$1.new" "$bin/$1"
  printf '%s\n' "$2" >"$bin/.$1.from"
}

# module NAME PACKAGE [LDFLAGS]: builds PACKAGE with the locked module in the folder NAME.
module() {
  local from
  from=$(cat "$here/$1"/*.go "$here/$1"/go.* <(echo "$*") | sha256sum | cut -c1-16)
  have "$1" "$from" && return 0
  say "building $1 (about a minute)"
  (cd "$here/$1" && GOFLAGS="-mod=readonly -buildvcs=false" go build -trimpath -ldflags "-s -w ${3:-}" -o "$bin/$1.new" "$2")
  keep "$1" "$from"
}

# kubernetes_module: a module that requires k8s.io/kubernetes, with the replace directives that upstream's
# own go.mod has for its staging folders turned into the published modules of the same release.
kubernetes_module() {
  local dir=$cache/kubernetes-$KUBERNETES up
  [ -f "$dir/ready" ] && { echo "$dir"; return 0; }
  mkdir -p "$dir"
  (cd "$dir" && go mod download "k8s.io/kubernetes@$KUBERNETES")
  up=$(go env GOMODCACHE)/k8s.io/kubernetes@$KUBERNETES
  {
    printf 'module davit.dev/tests/kubernetes\n\n'
    grep -E '^go ' "$up/go.mod"
    grep -E '^godebug ' "$up/go.mod" || true
    printf '\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$KUBERNETES"
    grep -oE 'k8s.io/[a-z-]+ => ./staging' "$up/go.mod" | awk -v v="v0.${KUBERNETES#v1.}" '{print "\t" $1 " => " $1 " " v}'
    printf ')\n'
  } >"$dir/go.mod"
  install -m 644 "$up/go.sum" "$dir/go.sum"
  touch "$dir/ready"
  echo "$dir"
}

kubernetes() {
  have "$1" "$KUBERNETES" && return 0
  say "building $1 $KUBERNETES (up to four minutes; once for this machine)"
  local dir minor flags="-s -w" package
  dir=$(kubernetes_module)
  minor=${KUBERNETES#v1.}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$KUBERNETES -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
    flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=$(printf '0%.0s' {1..40}) -X $package.buildDate=2026-01-01T00:00:00Z"
  done
  (cd "$dir" && go build -trimpath -tags selinux,notest,grpcnotrace -ldflags "$flags" -o "$bin/$1.new" "k8s.io/kubernetes/cmd/$1")
  keep "$1" "$KUBERNETES"
}

# definitions MODULE FILE...: takes CRDs out of a module that the folder `crds` locks.
definitions() {
  local module=$1 dir file
  shift
  dir=$(cd "$here/crds" && GOFLAGS=-mod=readonly go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  mkdir -p "$bin/crds"
  for file; do install -m 644 "$dir/$file" "$bin/crds/"; done
}

foreign_definitions() {
  local from prometheus=example/prometheus-operator-crd/monitoring.coreos.com
  from=$(cat "$here/crds"/go.* | sha256sum | cut -c1-16)
  [ -d "$bin/crds" ] && [ "$(cat "$bin/.crds.from" 2>/dev/null)" = "$from" ] && return 0
  definitions github.com/prometheus-operator/prometheus-operator "${prometheus}_servicemonitors.yaml" "${prometheus}_podmonitors.yaml"
  definitions sigs.k8s.io/gateway-api config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
  printf '%s\n' "$from" >"$bin/.crds.from"
}

module etcd go.etcd.io/etcd/server/v3
module registry github.com/distribution/distribution/v3/cmd/registry
kubernetes kube-apiserver
kubernetes kube-controller-manager
kubernetes kubectl
# What helm takes for the cluster's version where it has none to ask.
of_kubernetes="-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34 \
  -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=34"
module helm helm.sh/helm/v3/cmd/helm "-X helm.sh/helm/v3/internal/version.version=v3.22.0 $of_kubernetes"
module kube-score github.com/zegl/kube-score/cmd/kube-score
module kstatus .
module luahealth .
foreign_definitions
if [ "${1:-}" = --nodes ]; then
  kubernetes kube-scheduler
  kubernetes kubelet
  kubernetes kube-proxy
  module coredns .
fi
echo "$bin"
