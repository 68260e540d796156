//go:build tools

// Package etcd pins the etcd that the suite runs.
package etcd

import _ "go.etcd.io/etcd/server/v3"
