# etcd, the API server, the controllers and the scheduler, as processes in the host's namespace. Sourced by up.sh.

audit_policy() {
  cat <<K
# Who of the workloads asked for what, and what the answer was.
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: None, userGroups: ["system:serviceaccounts:kube-system"]}
  - {level: Metadata, userGroups: ["system:serviceaccounts"]}
  - {level: None}
K
}

control_plane() {
  local pki=$STATE/pki
  audit_policy >"$STATE/audit-policy.yaml"
  spawn etcd "$BIN/etcd" --data-dir="$STATE/etcd" --unsafe-no-fsync --log-level=warn \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=default=http://127.0.0.1:2380
  spawn apiserver "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --bind-address=10.98.1.1 --advertise-address=10.98.1.1 --secure-port=6443 --service-cluster-ip-range=10.96.0.0/16 \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$pki/accounts.pub" --service-account-signing-key-file="$pki/accounts.key" \
    --token-auth-file="$pki/tokens.csv" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-client-certificate="$pki/kubelet-client.crt" --kubelet-client-key="$pki/kubelet-client.key" \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --audit-policy-file="$STATE/audit-policy.yaml" --audit-log-path="$STATE/audit.log" --audit-log-maxsize=1000
  within 60 "the API server" api ready
  spawn controllers "$BIN/kube-controller-manager" --kubeconfig="$pki/controllers" \
    --authentication-kubeconfig="$pki/controllers" --authorization-kubeconfig="$pki/controllers" \
    --bind-address=127.0.0.1 --cert-dir="$STATE/controllers" --leader-elect=false --use-service-account-credentials=true \
    --service-account-private-key-file="$pki/accounts.key" --root-ca-file="$pki/ca.crt" --node-monitor-grace-period=20s
  spawn scheduler "$BIN/kube-scheduler" --kubeconfig="$pki/scheduler" \
    --authentication-kubeconfig="$pki/scheduler" --authorization-kubeconfig="$pki/scheduler" \
    --bind-address=127.0.0.1 --cert-dir="$STATE/scheduler" --leader-elect=false
}

kubectl() { host "$BIN/kubectl" --kubeconfig="$STATE/kubeconfig" "$@"; }

api() { # ready | nodes | accounts: whether it is so
  case $1 in
    ready) [ "$(kubectl get --raw /readyz 2>/dev/null)" = ok ] ;;
    nodes) [ "$(kubectl get nodes --no-headers 2>/dev/null | grep -cw Ready)" = ${#NODES[@]} ] ;;
    accounts) kubectl -n default get serviceaccount default ;;
  esac
}
