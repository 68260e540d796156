//! Waiting for objects, with all that explains a wait in vain.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{World, reason};
use crate::wait::{PATIENCE, within};

impl World {
    /// Waits until the object of this kind and name fits, and returns it. Panics
    /// with the object after [`PATIENCE`].
    pub async fn when(&self, kind: &str, name: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.when_within(PATIENCE, kind, name, what, fits).await
    }

    /// As [`Self::when`], with another deadline.
    pub async fn when_within(
        &self,
        limit: Duration,
        kind: &str,
        name: &str,
        what: &str,
        fits: impl Fn(&Value) -> bool,
    ) -> Value {
        let start = Instant::now();
        loop {
            let object = self.object(kind, name).await;
            match object {
                Some(object) if fits(&object) => return object,
                object if start.elapsed() > limit => {
                    let shown = object.map_or_else(|| "absent".to_owned(), |object| shown(&object));
                    panic!("waited {limit:?} for {kind} {name}: {what}\nit is {shown}");
                }
                _ => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    /// Waits until a condition of a Plugin has this status and reason, of its present
    /// generation. Returns the Plugin.
    pub async fn plugin_is(&self, name: &str, condition: &str, status: &str, why: &str) -> Value {
        let what = format!("{condition}={status} by {why}");
        self.when("Plugin", name, &what, |plugin| is(plugin, condition, status, why)).await
    }

    /// Waits until a Plugin serves as it is now. Returns it.
    pub async fn plugin_serves(&self, name: &str) -> Value {
        self.plugin_is(name, "Ready", "True", "Serving").await
    }

    /// Waits until a condition of a PluginRuntime has this status, whatever its
    /// reason, of its present generation. Returns the PluginRuntime.
    pub async fn runtime_is(&self, name: &str, condition: &str, status: &str) -> Value {
        let fits = |runtime: &Value| is_current(runtime, condition) && reason(runtime, condition).0 == status;
        self.when("PluginRuntime", name, &format!("{condition}={status}"), fits).await
    }

    /// Waits until an object is gone.
    pub async fn is_gone(&self, kind: &str, name: &str) {
        let gone = async || self.object(kind, name).await.is_none().then_some(());
        within(PATIENCE, &format!("the end of the {kind} {name}"), gone).await;
    }
}

fn is(object: &Value, condition: &str, status: &str, why: &str) -> bool {
    is_current(object, condition) && reason(object, condition) == (status, why)
}

/// Whether a condition speaks of the object as it is now.
fn is_current(object: &Value, name: &str) -> bool {
    let seen = super::condition(object, name).map(|condition| &condition["observedGeneration"]);
    seen == Some(&object["metadata"]["generation"])
}

/// An object without what the server adds for itself.
fn shown(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    format!("{object:#}")
}
