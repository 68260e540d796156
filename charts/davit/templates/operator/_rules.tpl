{{/* What the operator does in a namespace that it looks after. */}}
{{- define "davit.operator.rules" -}}
# People's: the operator writes nothing of them but the status.
- apiGroups: [davit.dev]
  resources: [plugins, pluginruntimes]
  verbs: [get, list, watch]
- apiGroups: [davit.dev]
  resources: [plugins/status]
  verbs: [patch]
# Read for the epoch of a new leader.
- apiGroups: [davit.dev]
  resources: [pluginruntimes/status]
  verbs: [get, patch]
# Only by name: pull secrets, keys of the admin API, and what the operator makes
# and renews for a runtime. A renewal is a patch that fits only the version that
# was read.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch]
# Listed and watched by their metadata alone.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# Nothing is deleted: what a runtime owns goes with it, by the garbage collector.
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch]
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
