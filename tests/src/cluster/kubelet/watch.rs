//! From the watch of pods to one task for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Pods;
use super::life::Life;
use super::place::Place;

/// The tasks of the pods, and what each is told: its pod as it is now, or that it
/// is gone.
struct Tasks {
    place: Arc<Place>,
    pods: Arc<Pods>,
    told: BTreeMap<String, watch::Sender<Option<Pod>>>,
    /// The pods of a list that is being read.
    listed: BTreeSet<String>,
    running: JoinSet<()>,
}

/// Plays the pods of the namespace for as long as it is polled.
pub(super) async fn follow(place: Arc<Place>, pods: Arc<Pods>) {
    let events = watcher(place.pods.clone(), watcher::Config::default());
    let mut events = events.default_backoff().boxed();
    let (told, listed, running) = (BTreeMap::new(), BTreeSet::new(), JoinSet::new());
    let mut tasks = Tasks { place, pods, told, listed, running };
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Init) => tasks.listed.clear(),
            Ok(Event::InitApply(pod)) => {
                tasks.listed.insert(uid(&pod));
                tasks.is(pod);
            }
            Ok(Event::InitDone) => tasks.keep_listed(),
            Ok(Event::Apply(pod)) => tasks.is(pod),
            Ok(Event::Delete(pod)) => tasks.is_gone(&uid(&pod)),
            // The watcher tries again by itself.
            Err(_) => {}
        }
    }
}

impl Tasks {
    fn is(&mut self, pod: Pod) {
        if let Some(told) = self.told.get(&uid(&pod)) {
            told.send_replace(Some(pod));
            return;
        }
        let (told, hears) = watch::channel(Some(pod.clone()));
        self.told.insert(uid(&pod), told);
        let life = Life::new(self.place.clone(), pod, hears);
        self.pods.add(life.played());
        self.running.spawn(life.play(self.pods.clone()));
    }

    fn is_gone(&mut self, uid: &str) {
        if let Some(told) = self.told.remove(uid) {
            told.send_replace(None);
        }
    }

    fn keep_listed(&mut self) {
        let gone: Vec<String> = self.told.keys().filter(|uid| !self.listed.contains(*uid)).cloned().collect();
        gone.iter().for_each(|uid| self.is_gone(uid));
    }
}

fn uid(pod: &Pod) -> String {
    pod.uid().expect("the server gives each object a UID")
}
