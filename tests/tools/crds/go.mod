// The definitions of other projects' resources that the chart may make. Nothing here is compiled, hence no
// package and no `go mod tidy`: build.sh takes the YAML files out of the modules.
module davit.dev/tests/crds

go 1.26.0

require (
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.4.0
)
