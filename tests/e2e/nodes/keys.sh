# Keys, certificates and kubeconfigs of the cluster, into $STATE/pki. Sourced by up.sh.
# Clients are known by tokens; certificates are for what serves, and for the API server as a client of the kubelets.
pki=$STATE/pki
mkdir -p "$pki"
chmod 700 "$pki"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
token() { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

authority() {
  key "$pki/ca.key"
  openssl req -x509 -new -key "$pki/ca.key" -subj /CN=davit-e2e -days 30 -out "$pki/ca.crt" 2>/dev/null \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,digitalSignature,cRLSign
}

certificate() { # NAME SUBJECT USAGE [ALTERNATIVE NAMES]
  local file=$pki/$1
  key "$file.key"
  openssl req -new -key "$file.key" -subj "$2" -out "$file.csr" 2>/dev/null
  printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' \
    "$3" "${4:+subjectAltName=$4}" >"$file.ext"
  openssl x509 -req -in "$file.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 30 \
    -extfile "$file.ext" -out "$file.crt" 2>/dev/null
}

# client FILE USER UID [GROUP]: a kubeconfig with a token of its own.
client() {
  local token
  token=$(token)
  echo "$token,$2,$3${4:+,\"$4\"}" >>"$pki/tokens.csv"
  cat >"$1" <<K
apiVersion: v1
kind: Config
clusters: [{name: davit-e2e, cluster: {server: "https://10.98.1.1:6443", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}}]
users: [{name: $2, user: {token: "$token"}}]
contexts: [{name: davit-e2e, context: {cluster: davit-e2e, user: "$2"}}]
current-context: davit-e2e
K
  chmod 600 "$1"
}

keys() {
  local node
  authority
  certificate apiserver /CN=kube-apiserver serverAuth \
    "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:10.96.0.1,IP:10.98.1.1"
  certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  key "$pki/accounts.key"
  openssl ec -in "$pki/accounts.key" -pubout -out "$pki/accounts.pub" 2>/dev/null
  (umask 077 && : >"$pki/tokens.csv")
  client "$STATE/kubeconfig" admin admin system:masters
  client "$pki/controllers" system:kube-controller-manager controllers
  client "$pki/scheduler" system:kube-scheduler scheduler
  client "$pki/proxy" system:kube-proxy proxy
  for node in "${NODES[@]}"; do
    certificate "kubelet$node" "/CN=system:node:node$node" serverAuth "DNS:node$node,IP:10.98.$node.2"
    client "$pki/node$node" "system:node:node$node" "node$node" system:nodes
  done
}
