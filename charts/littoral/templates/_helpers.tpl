{{- define "littoral.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "littoral.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) | replace "." "-" }}
{{- $full = .Values.fullnameOverride | default $full }}
{{- /* A Service's name begins with a letter; a release's may begin with a digit. */}}
{{- regexMatch "^[0-9]" $full | ternary (printf "%s-%s" .Chart.Name $full) $full | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "littoral.selector" -}}
app.kubernetes.io/name: {{ include "littoral.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "littoral.labels" -}}
{{ include "littoral.selector" . }}
app.kubernetes.io/component: worker
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "littoral.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "littoral.fullname" .) "default") }}
{{- end }}

{{- define "littoral.image" -}}
{{- $image := .Values.image }}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* An activity that is interrupted after the drain has up to 30 seconds to end. */}}
{{- define "littoral.gracePeriod" -}}
{{- $least := add .Values.config.drainSeconds 30 }}
{{- $given := .Values.terminationGracePeriodSeconds }}
{{- if kindIs "invalid" $given }}{{ $least }}
{{- else if lt (int64 $given) $least }}
{{- fail (printf "terminationGracePeriodSeconds is %v; expected %v or more, 30 more than config.drainSeconds" $given $least) }}
{{- else }}{{ int64 $given }}
{{- end }}
{{- end }}

{{/* A value of the environment: $( would name another variable. */}}
{{- define "littoral.literal" -}}
{{- . | toString | replace "$(" "$$(" | toJson }}
{{- end }}

{{/* Sinks as pairs of name and address, in the order of their names. */}}
{{- define "littoral.sinks" -}}
{{- $pairs := list }}
{{- $i := 0 }}
{{- range $name, $sink := .Values.config.sink }}
{{- if $sink.addressFrom }}
{{- $pairs = append $pairs (printf "%s=$(SINK_ADDRESS_%d)" $name $i) }}
{{- else }}
{{- if regexMatch "(://[^/]*@|[?&][^=]*(?i:key|token|secret|password|signature|sig)[^=]*=)" $sink.address }}
{{- fail (printf "config.sink.%s.address has a secret in it; expected addressFrom, with the Secret and its key" $name) }}
{{- end }}
{{- $pairs = append $pairs (printf "%s=%s" $name ($sink.address | replace "$(" "$$(")) }}
{{- end }}
{{- $i = add1 $i }}
{{- end }}
{{- join "," $pairs }}
{{- end }}

{{- define "littoral.sinkSecrets" -}}
{{- $pairs := list }}
{{- $i := 0 }}
{{- range $name, $secret := .Values.config.sinkSecret }}
{{- if not (hasKey $.Values.config.sink $name) }}
{{- fail (printf "config.sinkSecret has %s, which is no sink; expected config.sink.%s as well" $name $name) }}
{{- end }}
{{- $pairs = append $pairs (printf "%s=file:/etc/littoral/sink-%d/%s" $name $i $secret.key) }}
{{- $i = add1 $i }}
{{- end }}
{{- join "," $pairs }}
{{- end }}

{{/* Catalogs of tables as pairs of name and address. */}}
{{- define "littoral.tableCatalogs" -}}
{{- $pairs := list }}
{{- range $name, $catalog := .Values.config.tableCatalog }}
{{- if regexMatch "://[^/]*@" $catalog.address }}
{{- fail (printf "config.tableCatalog.%s.address has a secret in it; expected it in secrets, with the Secret and its key" $name) }}
{{- end }}
{{- $pairs = append $pairs (printf "%s=%s" $name $catalog.address) }}
{{- end }}
{{- join "," $pairs }}
{{- end }}

{{/* Properties of catalogs as pairs, with the files that secrets are mounted as. */}}
{{- define "littoral.tableCatalogProperties" -}}
{{- $pairs := list }}
{{- $i := 0 }}
{{- range $name, $catalog := .Values.config.tableCatalog }}
{{- range $property, $value := $catalog.properties }}
{{- $pairs = append $pairs (printf "%s.%s=%s" $name $property $value) }}
{{- end }}
{{- range $property, $secret := $catalog.secrets }}
{{- $pairs = append $pairs (printf "%s.%s=file:/etc/littoral/table-catalog-%d/%s" $name $property $i $secret.key) }}
{{- $i = add1 $i }}
{{- end }}
{{- end }}
{{- join "," $pairs }}
{{- end }}

{{/* The environment, from values: a list. */}}
{{- define "littoral.env" -}}
{{- $config := .Values.config }}
{{- $temporal := .Values.temporal }}
{{- $versioning := .Values.workerVersioning }}
{{- $i := 0 }}
{{- range $name, $sink := $config.sink }}
{{- if $sink.addressFrom }}
- name: SINK_ADDRESS_{{ $i }}
  valueFrom:
    secretKeyRef: {{ toJson $sink.addressFrom }}
{{- end }}
{{- $i = add1 $i }}
{{- end }}
- name: LITTORAL_CATALOG
  value: {{ include "littoral.literal" $config.catalog }}
{{- with $config.allowSource }}
- name: LITTORAL_ALLOW_SOURCE
  value: {{ include "littoral.literal" (join "," .) }}
{{- end }}
{{- with $config.allowProfile }}
- name: LITTORAL_ALLOW_PROFILE
  value: {{ include "littoral.literal" (join "," .) }}
{{- end }}
{{- if $config.sink }}
- name: LITTORAL_SINK
  value: {{ include "littoral.sinks" . | toJson }}
{{- end }}
{{- with include "littoral.sinkSecrets" . }}
- name: LITTORAL_SINK_SECRET
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with include "littoral.tableCatalogs" . }}
- name: LITTORAL_TABLE_CATALOG
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with include "littoral.tableCatalogProperties" . }}
- name: LITTORAL_TABLE_CATALOG_PROPERTY
  value: {{ include "littoral.literal" . }}
{{- end }}
- name: LITTORAL_TASK_QUEUE
  value: {{ include "littoral.literal" $config.taskQueue }}
- name: LITTORAL_CONCURRENCY
  value: {{ int64 $config.concurrency | quote }}
- name: LITTORAL_ACTIVITIES_PER_SECOND
  value: {{ $config.activitiesPerSecond | toJson | quote }}
- name: LITTORAL_DRAIN
  value: PT{{ int64 $config.drainSeconds }}S
- name: LITTORAL_METRICS_PORT
  value: {{ int64 $config.metricsPort | quote }}
- name: LITTORAL_METRICS_HOST
  value: {{ include "littoral.literal" $config.metricsHost }}
- name: LITTORAL_LOG_FORMAT
  value: {{ $config.logFormat }}
- name: LITTORAL_LOG
  value: {{ $config.logLevel | quote }}
{{- if not $config.s3Direct }}
- name: LITTORAL_S3_DIRECT
  value: "false"
{{- end }}
{{- if $versioning.controller.enabled }}
{{- if or $versioning.deploymentName $versioning.buildId }}
{{- fail "workerVersioning has a deploymentName or a buildId; expected neither with the controller, which sets both" }}
{{- end }}
{{- else if ne (empty $versioning.deploymentName) (empty $versioning.buildId) }}
{{- fail "workerVersioning has one of deploymentName and buildId; expected both, or neither for a worker without versions" }}
{{- else if $versioning.deploymentName }}
- name: TEMPORAL_DEPLOYMENT_NAME
  value: {{ include "littoral.literal" $versioning.deploymentName }}
- name: TEMPORAL_WORKER_BUILD_ID
  value: {{ include "littoral.literal" $versioning.buildId }}
{{- end }}
{{- if not $versioning.controller.enabled }}
{{- with $temporal.address }}
- name: TEMPORAL_ADDRESS
  value: {{ include "littoral.literal" . }}
{{- end }}
- name: TEMPORAL_NAMESPACE
  value: {{ include "littoral.literal" $temporal.namespace }}
{{- with $temporal.apiKey }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: {{ toJson . }}
{{- end }}
{{- if $temporal.tls.enabled }}
- name: TEMPORAL_TLS
  value: "true"
{{- end }}
{{- with $temporal.tls.serverName }}
- name: TEMPORAL_TLS_SERVER_NAME
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- if $temporal.tls.clientCertificate }}
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /etc/littoral/temporal-client/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /etc/littoral/temporal-client/tls.key
{{- end }}
{{- end }}
{{- if $temporal.tls.disableHostVerification }}
- name: TEMPORAL_TLS_DISABLE_HOST_VERIFICATION
  value: "true"
{{- end }}
{{- with $temporal.tls.ca }}
- name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
  value: /etc/littoral/temporal-ca/{{ .key }}
{{- end }}
{{- with $temporal.configFile }}
- name: TEMPORAL_CONFIG_FILE
  value: /etc/littoral/temporal-config/{{ .key }}
{{- end }}
{{- with $temporal.profile }}
- name: TEMPORAL_PROFILE
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with $temporal.codec.endpoint }}
- name: TEMPORAL_CODEC_ENDPOINT
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with $temporal.codec.auth }}
- name: TEMPORAL_CODEC_AUTH
  valueFrom:
    secretKeyRef: {{ toJson . }}
{{- end }}
{{- with $temporal.codec.class }}
- name: LITTORAL_CODEC_CLASS
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with $temporal.codec.path }}
- name: LITTORAL_CODEC_PATH
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with .Values.aws.region }}
- name: AWS_REGION
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with .Values.aws.endpointUrl }}
- name: AWS_ENDPOINT_URL_S3
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- with .Values.aws.configFile }}
- name: AWS_CONFIG_FILE
  value: /etc/littoral/aws-config/{{ .key }}
{{- end }}
{{- with .Values.aws.credentialsFile }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: /etc/littoral/aws-credentials/{{ .key }}
{{- end }}
{{- with .Values.aws.credentialsSecret }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.aws.credentialsSecret | quote }}
      key: {{ . }}
      {{- if eq . "AWS_SESSION_TOKEN" }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- with .Values.javaOptions }}
- name: JDK_JAVA_OPTIONS
  value: {{ include "littoral.literal" . }}
{{- end }}
{{- end }}

{{/* What extraEnv adds: nothing that is set already, and no secret that is written out. */}}
{{- define "littoral.extraEnv" -}}
{{- $set := list }}
{{- range include "littoral.env" . | fromYamlArray }}
{{- $set = append $set .name }}
{{- end }}
{{- range .Values.extraEnv }}
{{- if has .name $set }}
{{- fail (printf "extraEnv has %s, which another value of this chart sets; expected it there alone" .name) }}
{{- end }}
{{- if and (hasKey . "value") (regexMatch "(?i)(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIAL|_AUTH)" .name) (not (regexMatch "(?i)_(FILE|PATH|URI|URL|ENDPOINT)$" .name)) }}
{{- fail (printf "extraEnv has the secret %s written out; expected valueFrom with a secretKeyRef" .name) }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Secrets that are mounted as files, by the name of the volume. */}}
{{- define "littoral.secretFiles" -}}
{{- $controlled := .Values.workerVersioning.controller.enabled }}
{{- with .Values.temporal.tls.ca }}
temporal-ca: {{ .name | quote }}
{{- end }}
{{- if and .Values.temporal.tls.clientCertificate (not $controlled) }}
temporal-client: {{ .Values.temporal.tls.clientCertificate | quote }}
{{- end }}
{{- with .Values.temporal.configFile }}
temporal-config: {{ .name | quote }}
{{- end }}
{{- with .Values.aws.configFile }}
aws-config: {{ .name | quote }}
{{- end }}
{{- with .Values.aws.credentialsFile }}
aws-credentials: {{ .name | quote }}
{{- end }}
{{- $i := 0 }}
{{- range $secret := .Values.config.sinkSecret }}
sink-{{ $i }}: {{ $secret.name | quote }}
{{- $i = add1 $i }}
{{- end }}
{{- $i = 0 }}
{{- range $catalog := .Values.config.tableCatalog }}
{{- range $secret := $catalog.secrets }}
table-catalog-{{ $i }}: {{ $secret.name | quote }}
{{- $i = add1 $i }}
{{- end }}
{{- end }}
{{- end }}

{{/* A pod of the worker, for a Deployment and for a WorkerDeployment. */}}
{{- define "littoral.pod" -}}
{{- $files := include "littoral.secretFiles" . | fromYaml }}
metadata:
  labels:
    {{- include "littoral.selector" . | nindent 4 }}
    app.kubernetes.io/component: worker
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . | quote }}
    {{- end }}
  {{- end }}
  serviceAccountName: {{ include "littoral.serviceAccount" . | quote }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "littoral.gracePeriod" . }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- if .Values.topologySpreadConstraints }}
    {{- toYaml .Values.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "littoral.selector" $ | nindent 10 }}
    {{- end }}
    {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: worker
      image: {{ include "littoral.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [worker]
      ports:
        - name: metrics
          containerPort: {{ int64 .Values.config.metricsPort }}
      env:
        {{- include "littoral.env" . | trim | nindent 8 }}
        {{- with include "littoral.extraEnv" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      startupProbe:
        httpGet:
          path: /healthz
          port: metrics
        {{- toYaml .Values.startupProbe | nindent 8 }}
      livenessProbe:
        httpGet:
          path: /healthz
          port: metrics
        {{- toYaml .Values.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet:
          path: /readyz
          port: metrics
        {{- toYaml .Values.readinessProbe | nindent 8 }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- range $volume, $secret := $files }}
        - name: {{ $volume }}
          mountPath: /etc/littoral/{{ $volume }}
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    {{- range $volume, $secret := $files }}
    - name: {{ $volume }}
      secret:
        secretName: {{ $secret | quote }}
        defaultMode: 0440
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
