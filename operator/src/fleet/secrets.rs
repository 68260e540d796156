//! The Secrets of one PluginRuntime: made once, never overwritten.

use std::collections::BTreeMap;

use davit_crds::PluginRuntime;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Resource as _, ResourceExt as _};

use super::certificates::{self, Certificates};
use super::{Credentials, FleetError};
use crate::context::Context;

/// Makes what is missing, and reads the credentials.
pub(super) async fn ensure(ctx: &Context, runtime: &PluginRuntime) -> Result<Credentials, FleetError> {
    let (name, namespace) = (runtime.name_any(), runtime.namespace().unwrap_or_default());
    let server_name = format!("{name}.{namespace}.control.davit");
    let ca_name = format!("{name}-control-ca");
    let api: Api<Secret> = Api::namespaced(ctx.client.clone(), &namespace);
    let ca = if let Some(data) = read(&api, runtime, &ca_name).await? {
        data
    } else {
        let Certificates { authority, server, client } =
            certificates::make(&server_name).map_err(|error| FleetError::Certificates(error.to_string()))?;
        let tls = [
            ("tls.crt", server.certificate),
            ("tls.key", server.key),
            ("ca.crt", authority.certificate.clone()),
        ];
        make(&api, runtime, &format!("{name}-control-tls"), &tls.map(|(key, text)| (key, text.into_bytes())))
            .await?;
        let ca = [
            ("ca.crt", authority.certificate.into_bytes()),
            ("ca.key", authority.key.into_bytes()),
            ("client.crt", client.certificate.into_bytes()),
            ("client.key", client.key.into_bytes()),
            ("tag.key", random()),
        ];
        make(&api, runtime, &ca_name, &ca).await?
    };
    if runtime.spec.admin_key_secret.is_none() {
        let admin = format!("{name}-admin-key");
        if read(&api, runtime, &admin).await?.is_none() {
            make(&api, runtime, &admin, &[("key", hex::encode(random()).into_bytes())]).await?;
        }
    }
    let malformed = || FleetError::Malformed(ca_name.clone());
    let bytes = |key: &str| ca.get(key).map(|bytes| bytes.0.clone()).ok_or_else(malformed);
    let text = |key: &str| String::from_utf8(bytes(key)?).map_err(|_| malformed());
    Ok(Credentials {
        server_name,
        ca: text("ca.crt")?,
        certificate: text("client.crt")?,
        key: text("client.key")?,
        tag_key: bytes("tag.key")?.try_into().map_err(|_| malformed())?,
    })
}

type Data = BTreeMap<String, ByteString>;

async fn read(api: &Api<Secret>, runtime: &PluginRuntime, name: &str) -> Result<Option<Data>, FleetError> {
    let failed = |source| FleetError::Api { what: format!("the Secret {name}"), source };
    let Some(secret) = api.get_opt(name).await.map_err(failed)? else { return Ok(None) };
    let ours = secret.owner_references().iter().any(|owner| Some(&owner.uid) == runtime.uid().as_ref());
    if !ours {
        return Err(FleetError::Foreign { kind: "Secret", name: name.to_owned() });
    }
    Ok(Some(secret.data.unwrap_or_default()))
}

async fn make(
    api: &Api<Secret>,
    runtime: &PluginRuntime,
    name: &str,
    data: &[(&str, Vec<u8>)],
) -> Result<Data, FleetError> {
    let data: Data = data.iter().map(|(key, bytes)| ((*key).to_owned(), ByteString(bytes.clone()))).collect();
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            owner_references: Some(runtime.controller_owner_ref(&()).into_iter().collect()),
            ..ObjectMeta::default()
        },
        data: Some(data.clone()),
        ..Secret::default()
    };
    match api.create(&PostParams::default(), &secret).await {
        Ok(_) => Ok(data),
        Err(kube::Error::Api(error)) if error.code == 409 => {
            read(api, runtime, name).await.map(Option::unwrap_or_default)
        }
        Err(source) => Err(FleetError::Api { what: format!("the Secret {name}"), source }),
    }
}

fn random() -> Vec<u8> {
    [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].iter().flat_map(|uuid| *uuid.as_bytes()).collect()
}
