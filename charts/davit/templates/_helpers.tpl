{{/* What the names of the release's objects begin with; at most 42 characters, as a longer word follows. */}}
{{- define "davit.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "davit.operator.name" -}}
{{ include "davit.fullname" . }}-operator
{{- end -}}

{{/* The operator's service account. */}}
{{- define "davit.operator.account" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "davit.operator.name" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* What selects pods: `(list $ "davit-operator")`. Never changes, as a Deployment's selector cannot. */}}
{{- define "davit.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end -}}

{{/* The labels of an object: `(list $ "davit-operator")`. */}}
{{- define "davit.labels" -}}
{{- $root := index . 0 -}}
{{ include "davit.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The labels of pods: `(list $ "davit-operator")`. Without the chart's version: a new one alone restarts nothing. */}}
{{- define "davit.podLabels" -}}
{{ include "davit.selector" . }}
{{- with (index . 0).Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* An image by its digest, else by its tag: `(list $ .Values.image)`. */}}
{{- define "davit.image" -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What the release's own pods have in common: where they may run, and the images that they may pull. */}}
{{- define "davit.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The namespaces that it is known to look after, as JSON: all that are named, else the release's own. */}}
{{- define "davit.namespaces" -}}
{{ .Values.watchNamespaces | default (list .Release.Namespace) | uniq | toJson }}
{{- end -}}
