#!/usr/bin/env bash
# Ends exactly what up.sh started, and takes its namespace, cgroups and settings back. The logs stay in $STATE.last.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
[ -d "$STATE" ] || exit 0

# end FILE SECONDS: ends the process that the file names, at the latest after so long.
end() {
  local pid tries=$(($2 * 10))
  pid=$(cat "$1" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null
  while alive "$pid" && [ $((tries--)) -gt 0 ]; do sleep 0.1; done
  ! alive "$pid" || kill -9 "$pid"
  rm -f "$1"
}

for name in scheduler controllers; do end "$STATE/$name.pid" 3; done
for node in "${NODES[@]}"; do
  [ ! -e "$STATE/node$node.init" ] || kill -9 "$(cat "$STATE/node$node.init")" 2>/dev/null
  end "$STATE/node$node.pid" 5
done
end "$STATE/apiserver.pid" 3
end "$STATE/etcd.pid" 3
[ ! -e "/run/netns/$HOST" ] || ip netns del "$HOST"
for file in "$STATE"/sysctl.*; do
  [ ! -e "$file" ] || { name=${file##*/sysctl.}; cat "$file" >"/proc/sys/${name/./\/}"; }
done
for tree in /sys/fs/cgroup/"$CGROUP" /sys/fs/cgroup/*/"$CGROUP"; do
  for _ in 1 2 3 4 5; do
    [ -d "$tree" ] || break
    find "$tree" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.2
  done
done
rm -rf "$STATE.last"
mkdir -p "$STATE.last"
(cd "$STATE" && find . -name '*.log' -not -path './node*/containerd*/*' -not -path './node*/kubelet/*' -exec cp --parents {} "$STATE.last" \;)
rm -rf --one-file-system "$STATE"
