//! Workload, Services and budget.

use davit_crds::PluginRuntime;
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Resource as _, ResourceExt as _};
use serde_json::{Value, json};

use super::FleetError;
use crate::context::Context;

/// Applies all of them.
pub(super) async fn ensure(ctx: &Context, runtime: &PluginRuntime) -> Result<(), FleetError> {
    let image = runtime
        .spec
        .image
        .clone()
        .or_else(|| ctx.options.runtime_image.clone())
        .ok_or(FleetError::NoImage)?;
    for (kind, object) in [
        (("", "v1", "Service"), public(runtime)),
        (("", "v1", "Service"), control(runtime)),
        (("policy", "v1", "PodDisruptionBudget"), budget(runtime)),
        (("apps", "v1", "Deployment"), workload(runtime, &image)),
    ] {
        apply(ctx, runtime, kind, object).await?;
    }
    Ok(())
}

async fn apply(
    ctx: &Context,
    runtime: &PluginRuntime,
    (group, version, kind): (&str, &str, &'static str),
    mut object: Value,
) -> Result<(), FleetError> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    let namespace = runtime.namespace().unwrap_or_default();
    let api: Api<DynamicObject> = Api::namespaced_with(ctx.client.clone(), &namespace, &resource);
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let failed = |source| FleetError::Api { what: format!("the {kind} {name}"), source };
    if let Some(there) = api.get_opt(&name).await.map_err(failed)?
        && !there.owner_references().iter().any(|owner| Some(&owner.uid) == runtime.uid().as_ref())
    {
        return Err(FleetError::Foreign { kind, name });
    }
    object["apiVersion"] = json!(resource.api_version);
    object["kind"] = json!(kind);
    object["metadata"]["labels"] = labels(runtime);
    object["metadata"]["ownerReferences"] = json!([runtime.controller_owner_ref(&())]);
    api.patch(&name, &PatchParams::apply("davit-operator").force(), &Patch::Apply(object))
        .await
        .map_err(failed)?;
    Ok(())
}

fn labels(runtime: &PluginRuntime) -> Value {
    let name = runtime.name_any();
    json!({ "davit.dev/runtime": name, "app.kubernetes.io/name": "davit-runtime",
        "app.kubernetes.io/instance": name, "app.kubernetes.io/managed-by": "davit-operator" })
}

fn public(runtime: &PluginRuntime) -> Value {
    json!({ "metadata": { "name": runtime.name_any() }, "spec": {
        "selector": { "davit.dev/runtime": runtime.name_any() },
        "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] } })
}

fn control(runtime: &PluginRuntime) -> Value {
    json!({ "metadata": { "name": format!("{}-control", runtime.name_any()) }, "spec": {
        "clusterIP": "None", "publishNotReadyAddresses": true,
        "selector": { "davit.dev/runtime": runtime.name_any() },
        "ports": [{ "name": "control", "port": 8443, "targetPort": "control" }] } })
}

fn budget(runtime: &PluginRuntime) -> Value {
    json!({ "metadata": { "name": runtime.name_any() }, "spec": { "maxUnavailable": 1,
        "selector": { "matchLabels": { "davit.dev/runtime": runtime.name_any() } } } })
}

fn workload(runtime: &PluginRuntime, image: &str) -> Value {
    let (name, namespace) = (runtime.name_any(), runtime.namespace().unwrap_or_default());
    let probe = |path: &str| json!({ "path": path, "port": "http" });
    let admin = runtime.spec.admin_key_secret.clone().unwrap_or_else(|| format!("{name}-admin-key"));
    let drain = runtime.spec.rollout.drain_timeout().as_secs();
    json!({ "metadata": { "name": name }, "spec": {
        "replicas": runtime.spec.replicas,
        "selector": { "matchLabels": { "davit.dev/runtime": name } },
        "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
        "template": { "metadata": { "labels": labels(runtime) }, "spec": {
            "automountServiceAccountToken": false, "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 5 + drain + 30 + 5,
            "securityContext": { "runAsNonRoot": true, "runAsUser": 65532, "fsGroup": 65532,
                "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{ "name": "runtime", "image": image,
                "securityContext": { "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                    "capabilities": { "drop": ["ALL"] } },
                "ports": [{ "name": "http", "containerPort": 8000 }, { "name": "control", "containerPort": 8443 },
                    { "name": "metrics", "containerPort": 9090 }],
                "env": [
                    { "name": "DAVIT_CONTROL_TLS", "value": "/etc/davit/control" },
                    { "name": "DAVIT_CONTROL_NAME", "value": format!("{name}.{namespace}.control.davit") },
                    { "name": "DAVIT_POD_UID", "valueFrom": { "fieldRef": { "fieldPath": "metadata.uid" } } },
                    { "name": "RUNTIME_ROOT_KEY_FILE", "value": "/etc/davit/admin-key/key" },
                    { "name": "DAVIT_VOLUME", "value": "/var/lib/davit" },
                    { "name": "DAVIT_DRAIN_TIMEOUT", "value": format!("{drain}s") },
                    { "name": "DAVIT_LOG_FORMAT", "value": "json" } ],
                "readinessProbe": { "httpGet": probe("/_/api/health/ready"), "periodSeconds": 1, "failureThreshold": 2 },
                "livenessProbe": { "httpGet": probe("/_/api/health/live"), "periodSeconds": 10, "failureThreshold": 6 },
                "volumeMounts": [
                    { "name": "volume", "mountPath": "/var/lib/davit" }, { "name": "tmp", "mountPath": "/tmp" },
                    { "name": "control", "mountPath": "/etc/davit/control", "readOnly": true },
                    { "name": "admin-key", "mountPath": "/etc/davit/admin-key", "readOnly": true } ] }],
            "volumes": [ { "name": "volume", "emptyDir": {} }, { "name": "tmp", "emptyDir": {} },
                { "name": "control", "secret": { "secretName": format!("{name}-control-tls") } },
                { "name": "admin-key", "secret": { "secretName": admin } } ] } } } })
}
