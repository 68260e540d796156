# What the scripts of the nodes share. The state of a cluster is the folder $STATE; there is one at a time.
CACHE=${DAVIT_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davit-test}
STATE=$CACHE/e2e
NODES=(1 2)
# The network namespace that stands for the machine: the control plane and the tests are in it, and every node is
# on a wire to it. Nothing of the machine's own network is touched.
HOST=davit-e2e
CGROUP=davit-e2e

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# host COMMAND…: runs it in the namespace of the cluster's host.
host() { nsenter --net="/run/netns/$HOST" "$@"; }

# spawn NAME COMMAND…: starts it in the host's namespace; its log is NAME.log, its id in NAME.pid.
spawn() {
  local name=$1
  shift
  setsid nsenter --net="/run/netns/$HOST" "$@" >"$STATE/$name.log" 2>&1 </dev/null &
  echo $! >"$STATE/$name.pid"
}

# within SECONDS WHAT COMMAND…: repeats the command until it is true.
within() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || die "waited in vain for $what; the logs are in $STATE"
    sleep 0.1
  done
}

# alive PID: it runs, and is not only waiting to be reaped.
alive() { [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
