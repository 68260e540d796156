#!/usr/bin/env bash
# The first process of a node, in its own namespaces of processes, mounts, network and host name.
number=$1
folder=$STATE/node$number
cd "$folder" || exit 1
export PATH=$BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec >"$folder/init.log" 2>&1
set -x

mount --make-rshared / # kubelet hands mounts on to the pods
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/netns "$folder/cni-state" /var/lib/cni
mount --bind "$folder/cni-state" /var/lib/cni
hostname "node$number"

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
modprobe br_netfilter 2>/dev/null
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done # up.sh plugs it in
ip addr add "10.98.$number.2/24" dev eth0
ip link set eth0 up
ip route add default via "10.98.$number.1"

containerd --config "$folder/containerd.toml" >"$folder/containerd.log" 2>&1 &
until ctr -a "$folder/containerd.sock" version >/dev/null 2>&1; do sleep 0.05; done
for image in "$STATE"/images/*.tar; do ctr -a "$folder/containerd.sock" -n k8s.io images import "$image"; done
kubelet --config="$folder/kubelet.yaml" --kubeconfig="$STATE/pki/node$number" --hostname-override="node$number" \
  --node-ip="10.98.$number.2" --root-dir="$folder/kubelet" --cert-dir="$folder/kubelet-pki" >"$folder/kubelet.log" 2>&1 &
kube-proxy --config="$folder/kube-proxy.yaml" --hostname-override="node$number" >"$folder/kube-proxy.log" 2>&1 &
set +x
while :; do wait -n 2>/dev/null || sleep 1; done # orphans come here to be reaped
