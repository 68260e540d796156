//! Follows one kind in a task of its own.

use std::fmt::Debug;

use futures::StreamExt as _;
use futures::stream::select_all;
use k8s_openapi::NamespaceResourceScope;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::{Config, Error, Event, watcher};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::follower::{Change, Follower, Gist};
use super::{Queues, Stores, apis, cause};
use crate::backoff::Rewatch;

/// What all watches share.
pub(super) struct Watches<'a> {
    pub(super) client: &'a Client,
    /// None stands for all.
    pub(super) namespaces: &'a [String],
    pub(super) stores: &'a Stores,
    pub(super) queues: &'a Queues,
    /// How many kinds have not been listed yet.
    pub(super) listed: watch::Sender<usize>,
}

/// What a change of one kind wakes.
pub(super) trait Wakes: Sized {
    /// Wakes all that the change matters to.
    fn wake(change: &Change<Self>, stores: &Stores, queues: &Queues);
}

/// Follows the objects of one kind that `config` selects.
pub(super) fn follow<K, G>(watches: &Watches, writer: Writer<K>, config: &Config)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    K: Clone + Debug + DeserializeOwned + Send + Sync + 'static,
    G: Gist<K> + Wakes,
{
    let apis = apis::<K>(watches.client, watches.namespaces);
    let mut follower = Follower::<K, G>::new(writer, apis.len());
    let mut events = select_all(apis.into_iter().enumerate().map(|(watch, api)| {
        let events = watcher(api, config.clone()).modify(G::strip);
        events.backoff(Rewatch::default()).map(move |event| (watch, event)).boxed()
    }));
    let (stores, queues, listed) = (watches.stores.clone(), watches.queues.clone(), watches.listed.clone());
    tokio::spawn(async move {
        let mut complaints = Complaints { plural: K::plural(&()).into_owned(), said: None };
        while let Some((watch, event)) = events.next().await {
            complaints.hear(event.as_ref());
            let Ok(event) = event else { continue };
            let was_complete = follower.is_complete();
            for change in follower.take(watch, event) {
                G::wake(&change, &stores, &queues);
            }
            if follower.is_complete() && !was_complete {
                listed.send_modify(|unlisted| *unlisted -= 1);
            }
        }
    });
}

/// Says each trouble once, and that it is over.
struct Complaints {
    plural: String,
    said: Option<String>,
}

impl Complaints {
    fn hear<K>(&mut self, event: Result<&Event<K>, &Error>) {
        match event {
            // Said before the server was asked.
            Ok(Event::Init) => {}
            Ok(_) => {
                if self.said.take().is_some() {
                    tracing::info!("watching {} again", self.plural);
                }
            }
            Err(error) => match cause::of_watch(error) {
                None => tracing::debug!(%error, "the watch of {} begins anew", self.plural),
                Some(why) if self.said.as_ref() == Some(&why) => {
                    tracing::debug!("still cannot watch {}: {why}", self.plural);
                }
                Some(why) => {
                    tracing::warn!("cannot watch {}: {why}; it is tried again", self.plural);
                    self.said = Some(why);
                }
            },
        }
    }
}
