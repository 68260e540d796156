#!/usr/bin/env bash
# Brings up a Kubernetes of two real nodes: the control plane as processes, each node (containerd, kubelet,
# kube-proxy and its pods) in namespaces of its own that end with one signal.
#
#   BIN=… SANDBOX_IMAGE=… up.sh     BIN has the programs of tests/tools; $STATE/images/*.tar come onto every node
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
. "$here/keys.sh"
. "$here/control-plane.sh"
. "$here/node.sh"

sysctls="vm/overcommit_memory kernel/panic kernel/panic_on_oops" # kubelet sets them for the whole machine
for sysctl in $sysctls; do cp "/proc/sys/$sysctl" "$STATE/sysctl.${sysctl//\//.}"; done
ip netns add "$HOST"
ip -n "$HOST" link set lo up
host sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
keys
for node in "${NODES[@]}"; do node "$node"; done
ip -n "$HOST" route replace 10.96.0.0/16 via 10.98.1.2
control_plane
within 120 "the nodes to be ready" api nodes
within 30 "the default service account" api accounts
kubectl apply -f "$here/coredns.yaml" >/dev/null
kubectl -n kube-system rollout status daemonset/coredns --timeout=60s >/dev/null
