//! Writes status: by server-side apply, and only where it is not what it was.

use std::fmt::Debug;
use std::sync::Arc;

use futures::{StreamExt as _, stream};
use kube::api::{Api, Patch, PatchParams};
use kube::core::NamespaceResourceScope;
use kube::core::object::HasStatus;
use kube::{Client, Resource, ResourceExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The one who owns the fields that the operator writes.
const FIELD_MANAGER: &str = "davit-operator";
/// How many statuses are written at once.
const AT_ONCE: usize = 16;
/// How often a write starts anew because somebody else has changed the object.
const ATTEMPTS: usize = 3;

/// A status that was written: the object with the one it had, and the new one.
pub(super) type Written<K> = (Arc<K>, <K as HasStatus>::Status);

/// Writes the status that `status_of` makes from the object, unless it is what
/// the object has. The object's resourceVersion guards the write: where somebody
/// else was faster, the status is made anew from what there is now. Nothing is
/// written on an object of another UID or generation: it has a pass of its own.
pub(super) async fn write<K>(
    client: &Client,
    object: Arc<K>,
    status_of: impl Fn(&Arc<K>) -> K::Status,
) -> Result<Option<Written<K>>, kube::Error>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    K: HasStatus + Clone + Debug + DeserializeOwned,
    K::Status: PartialEq + Serialize,
{
    let api = Api::<K>::namespaced(client.clone(), &object.namespace().unwrap_or_default());
    let (first, name, mut object) = (object.clone(), object.name_any(), object);
    for _ in 0..ATTEMPTS {
        let status = status_of(&object);
        if object.status() == Some(&status) {
            return Ok(None);
        }
        let params = PatchParams::apply(FIELD_MANAGER).force();
        match api.patch_status(&name, &params, &Patch::Apply(patch(&*object, &status))).await {
            Ok(_) => return Ok(Some((object, status))),
            Err(kube::Error::Api(error)) if error.is_not_found() => return Ok(None),
            Err(kube::Error::Api(error)) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
        match api.get_opt(&name).await? {
            Some(now) if is_same(&*first, &now) => object = Arc::new(now),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn patch<K: Resource<DynamicType = ()>>(object: &K, status: &impl Serialize) -> Value {
    let meta = object.meta();
    json!({
        "apiVersion": K::api_version(&()),
        "kind": K::kind(&()),
        "metadata": {
            "name": meta.name,
            "namespace": meta.namespace,
            "resourceVersion": meta.resource_version,
        },
        "status": status,
    })
}

fn is_same<K: Resource>(before: &K, now: &K) -> bool {
    let (before, now) = (before.meta(), now.meta());
    before.uid == now.uid && before.generation == now.generation
}

/// Does `write` for each of `all`, some at once; goes on after an error and
/// answers the first one.
pub(super) async fn each<T, F>(all: Vec<T>, write: impl Fn(T) -> F) -> Result<(), kube::Error>
where
    F: Future<Output = Result<(), kube::Error>>,
{
    let done: Vec<_> = stream::iter(all).map(write).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect()
}
