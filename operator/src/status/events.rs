//! Events (events.k8s.io/v1) about what has changed, never about what is.

use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource};

use super::news::News;
use super::said::bounded;

/// The longest note that the API server takes, in bytes.
const MAX_NOTE: usize = 1_000;

/// Tells of what has changed on resources.
#[derive(Clone)]
pub struct Events(Recorder);

impl Events {
    /// Reports as `instance` of the operator, which is its pod's name.
    pub fn new(client: Client, instance: Option<String>) -> Self {
        Self(Recorder::new(client, Reporter { controller: "davit-operator".into(), instance }))
    }

    /// Tells `news` about `object`. What the API server does not take is logged:
    /// the status says all of it, too.
    pub(super) async fn tell<K: Resource<DynamicType = ()>>(&self, object: &K, news: Vec<News>) {
        let reference = object.object_ref(&());
        for news in news {
            let event = Event {
                type_: if news.warning { EventType::Warning } else { EventType::Normal },
                reason: news.reason,
                note: Some(bounded(news.note, MAX_NOTE)),
                action: format!("Rollout-{}", news.about),
                secondary: None,
            };
            if let Err(error) = self.0.publish(&event, &reference).await {
                tracing::warn!(object = ?reference.name, %error, "cannot write an event");
            }
        }
    }
}
