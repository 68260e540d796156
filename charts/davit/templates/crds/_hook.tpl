{{/* The annotations of what brings the CRDs up to date; their weight puts the account and its rights before the Job. */}}
{{- define "davit.crds.hook" -}}
helm.sh/hook: pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
