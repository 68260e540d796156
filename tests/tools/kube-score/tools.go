//go:build tools

// Package kubescore pins kube-score, which reads what the chart renders.
package kubescore

import _ "github.com/zegl/kube-score/cmd/kube-score"
