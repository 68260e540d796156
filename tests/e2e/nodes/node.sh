# One node: the files that containerd, kubelet and kube-proxy are started with, its cgroups, its namespaces and its
# wire to the host. Sourced by up.sh.

containerd_config() { # FOLDER
  cat <<K
version = 2
root = "$1/containerd"
state = "$1/containerd-state"
[grpc]
  address = "$1/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$1/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$SANDBOX_IMAGE"
  disable_apparmor = true
  # Without CAP_SYS_RESOURCE no container may lower its score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$1/cni"
K
}

cni_config() { # NODE
  cat <<K
{"cniVersion": "1.0.0", "name": "davit-e2e", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true, "ipMasq": false,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.$1.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
K
}

kubelet_config() { # NODE FOLDER
  cat <<K
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$2/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $STATE/pki/kubelet$1.crt
tlsPrivateKeyFile: $STATE/pki/kubelet$1.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP/node$1
failCgroupV1: false
failSwapOn: false
readOnlyPort: 0
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $2/resolv.conf
podLogsDir: $2/pods
volumePluginDir: $2/volume-plugins
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
nodeStatusUpdateFrequency: 5s
syncFrequency: 10s
K
}

proxy_config() {
  cat <<K
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $STATE/pki/proxy}
clusterCIDR: 10.244.0.0/16
mode: iptables
iptables: {minSyncPeriod: 100ms, syncPeriod: 30s}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
K
}

# cgroups NODE: with version 1 in each hierarchy, with version 2 with its controllers handed down.
cgroups() {
  local path=$CGROUP/node$1 hierarchy file
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p "/sys/fs/cgroup/$path"
    for file in "" "/$CGROUP" "/$path"; do
      for hierarchy in $(cat /sys/fs/cgroup/cgroup.controllers); do
        echo "+$hierarchy" >"/sys/fs/cgroup$file/cgroup.subtree_control"
      done
    done
    return
  fi
  for hierarchy in cpu cpuacct cpuset memory devices freezer blkio pids systemd unified; do
    [ ! -d "/sys/fs/cgroup/$hierarchy" ] || mkdir -p "/sys/fs/cgroup/$hierarchy/$path"
  done
  for file in cpuset.cpus cpuset.mems; do
    for hierarchy in "$CGROUP" "$path"; do
      cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$hierarchy/$file"
    done
  done
}

node() { # NUMBER
  local folder=$STATE/node$1 pid
  mkdir -p "$folder/cni"
  containerd_config "$folder" >"$folder/containerd.toml"
  cni_config "$1" >"$folder/cni/10-davit.conflist"
  kubelet_config "$1" "$folder" >"$folder/kubelet.yaml"
  proxy_config >"$folder/kube-proxy.yaml"
  echo "nameserver 10.96.0.10" >"$folder/resolv.conf"
  cgroups "$1"
  # Its first process is the node: when that ends, the kernel ends all that is in it.
  STATE=$STATE BIN=$BIN setsid unshare --mount --pid --net --uts --fork --mount-proc --kill-child \
    "$here/node-init.sh" "$1" >"$folder/unshare.log" 2>&1 </dev/null &
  echo $! >"$STATE/node$1.pid"
  within 10 "node$1" pgrep -P "$(cat "$STATE/node$1.pid")"
  pid=$(pgrep -P "$(cat "$STATE/node$1.pid")")
  echo "$pid" >"$STATE/node$1.init"
  within 10 "the network of node$1" own_network "$pid"
  ip -n "$HOST" link add "node$1" type veth peer name eth0 netns "$pid"
  ip -n "$HOST" addr add "10.98.$1.1/24" dev "node$1"
  ip -n "$HOST" link set "node$1" up
  ip -n "$HOST" route replace "10.244.$1.0/24" via "10.98.$1.2"
}

own_network() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
