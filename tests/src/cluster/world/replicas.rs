//! What the replicas of a PluginRuntime answer.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use davit_plugin::control::State;

use super::World;
use crate::cluster::PlayedPod;
use crate::cluster::control::{Control, Identity};
use crate::connection::{Answer, Connection};
use crate::wait::until;

impl World {
    /// The pods of a PluginRuntime, once there are so many of them that run and are
    /// ready, and no other one.
    pub async fn replicas(&self, runtime: &str, count: usize) -> Vec<Arc<PlayedPod>> {
        until(&format!("{count} ready replicas of {runtime}"), async || {
            let pods = self.kubelet.replicas(runtime);
            let mut ready = 0;
            for pod in &pods {
                ready += usize::from(self.is_ready(pod).await);
            }
            (pods.len() == count && ready == count).then_some(pods)
        })
        .await
    }

    /// Whether the API server has a pod as ready.
    pub async fn is_ready(&self, pod: &PlayedPod) -> bool {
        let object = self.object("Pod", pod.name()).await;
        object.is_some_and(|object| super::reason(&object, "Ready").0 == "True")
    }

    /// The bytes under a key of a Secret.
    pub async fn secret(&self, name: &str, key: &str) -> Vec<u8> {
        let secret = self.object("Secret", name).await.unwrap_or_else(|| panic!("there is no Secret {name}"));
        let data = secret["data"][key].as_str().unwrap_or_else(|| panic!("Secret {name} has no {key}"));
        STANDARD.decode(data).expect("Secrets are base64")
    }

    /// The admin key that the operator has made for a PluginRuntime.
    pub async fn key(&self, runtime: &str) -> String {
        String::from_utf8(self.secret(&format!("{runtime}-admin-key"), "key").await).expect("the key is text")
    }

    /// What one replica answers to a GET with the admin key.
    pub async fn get(&self, pod: &PlayedPod, path: &str) -> Result<Answer, String> {
        let runtime = pod.label("davit.dev/runtime").expect("the pod is a replica");
        Connection::with_key(pod.public(), &self.key(runtime).await).await?.get(path).await
    }

    /// Waits until every replica of a PluginRuntime answers 200 with this text.
    pub async fn everywhere(&self, runtime: &str, path: &str, text: &str) {
        let key = self.key(runtime).await;
        until(&format!("{text:?} at {path} of every replica of {runtime}"), async || {
            let pods = self.kubelet.replicas(runtime);
            for pod in &pods {
                let answer = Connection::with_key(pod.public(), &key).await.ok()?.get(path).await.ok()?;
                (answer.status == 200 && answer.body == text).then_some(())?;
            }
            (!pods.is_empty()).then_some(())
        })
        .await;
    }

    /// The public ports of the replicas.
    pub fn addresses(&self, runtime: &str) -> Vec<SocketAddr> {
        self.kubelet.replicas(runtime).iter().map(|pod| pod.public()).collect()
    }

    /// A replica's control port, as the operator calls it.
    pub async fn control(&self, pod: &PlayedPod) -> Control {
        let runtime = pod.label("davit.dev/runtime").expect("the pod is a replica");
        let secret = format!("{runtime}-control-ca");
        let identity = Identity {
            certificate: self.secret(&secret, "client.crt").await,
            key: self.secret(&secret, "client.key").await,
        };
        let authority = self.secret(&secret, "ca.crt").await;
        Control::dial(pod.control(), &self.server_name(runtime), &authority, Some(&identity))
    }

    /// The name in the certificate of a PluginRuntime's control ports.
    pub fn server_name(&self, runtime: &str) -> String {
        format!("{runtime}.{}.control.davit", self.namespace)
    }

    /// What a replica says of itself.
    pub async fn state(&self, pod: &PlayedPod) -> State {
        self.control(pod).await.state().await
    }
}
