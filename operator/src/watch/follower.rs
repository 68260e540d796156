//! In: the events of the watches of one kind, one watch for each namespace.
//! Out: its store, and the changes that matter to anybody.

use std::collections::HashMap;
use std::mem;

use kube::Resource;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::Event;

/// What of an object matters to the reconcilers: only a change of it wakes them.
pub(super) trait Gist<K>: Clone + PartialEq + Send + 'static {
    /// The gist of an object.
    fn of(object: &K) -> Self;

    /// Takes away what nobody reads.
    fn strip(object: &mut K)
    where
        K: Resource,
    {
        object.meta_mut().managed_fields = None;
    }
}

/// A change that matters.
#[derive(Debug, PartialEq)]
pub(super) enum Change<G> {
    /// An object is there that was not, or is another one of that name.
    New(G),
    /// An object is not what it was.
    Changed(G),
    /// An object is gone.
    Gone(G),
}

impl<G> Change<G> {
    /// What is now, or was at last.
    pub(super) fn gist(&self) -> &G {
        let (Self::New(gist) | Self::Changed(gist) | Self::Gone(gist)) = self;
        gist
    }
}

/// Keeps the store of one kind.
pub(super) struct Follower<K: Resource<DynamicType = ()> + Clone + 'static, G> {
    store: Store<K>,
    writer: Writer<K>,
    sources: Vec<Source<K, G>>,
}

/// One watch.
struct Source<K: Resource<DynamicType = ()>, G> {
    seen: HashMap<ObjectRef<K>, G>,
    listing: Vec<K>,
    listed: bool,
}

impl<K: Resource<DynamicType = ()> + Clone + 'static, G: Gist<K>> Follower<K, G> {
    /// A follower of so many watches.
    pub(super) fn new(writer: Writer<K>, watches: usize) -> Self {
        let source = || Source { seen: HashMap::new(), listing: Vec::new(), listed: false };
        let sources = (0..watches).map(|_| source()).collect();
        Self { store: writer.as_reader(), writer, sources }
    }

    /// Whether each watch has been listed once.
    pub(super) fn is_complete(&self) -> bool {
        self.sources.iter().all(|source| source.listed)
    }

    /// Takes an event of one watch. The store has it before this answers.
    pub(super) fn take(&mut self, watch: usize, event: Event<K>) -> Vec<Change<G>> {
        match event {
            Event::Init => self.sources[watch].listing.clear(),
            Event::InitApply(object) => self.sources[watch].listing.push(object),
            Event::InitDone => return self.list(watch),
            Event::Apply(object) => return self.put(watch, object).into_iter().collect(),
            Event::Delete(object) => return self.remove(watch, object).into_iter().collect(),
        }
        Vec::new()
    }

    /// What was listed is all that there is.
    fn list(&mut self, watch: usize) -> Vec<Change<G>> {
        let objects = mem::take(&mut self.sources[watch].listing);
        let mut gone = self.sources[watch].seen.clone();
        objects.iter().for_each(|object| drop(gone.remove(&ObjectRef::from_obj(object))));
        let mut changes: Vec<_> = objects.into_iter().filter_map(|object| self.put(watch, object)).collect();
        for reference in gone.into_keys() {
            let object = self.store.get(&reference);
            changes.extend(object.and_then(|object| self.remove(watch, (*object).clone())));
        }
        let was_complete = self.is_complete();
        self.sources[watch].listed = true;
        if self.is_complete() && !was_complete {
            self.release();
        }
        changes
    }

    /// Tells those who wait for the store that it is complete.
    fn release(&mut self) {
        self.writer.apply_watcher_event(&Event::Init);
        for object in self.store.state() {
            self.writer.apply_watcher_event(&Event::InitApply((*object).clone()));
        }
        self.writer.apply_watcher_event(&Event::InitDone);
    }

    fn put(&mut self, watch: usize, object: K) -> Option<Change<G>> {
        let (reference, gist) = (ObjectRef::from_obj(&object), G::of(&object));
        let uid = object.meta().uid.clone();
        let before = self.store.get(&reference).and_then(|before| before.meta().uid.clone());
        self.writer.apply_watcher_event(&Event::Apply(object));
        match self.sources[watch].seen.insert(reference, gist.clone()) {
            Some(known) if known == gist => None,
            Some(_) if before == uid => Some(Change::Changed(gist)),
            _ => Some(Change::New(gist)),
        }
    }

    fn remove(&mut self, watch: usize, object: K) -> Option<Change<G>> {
        let seen = self.sources[watch].seen.remove(&ObjectRef::from_obj(&object));
        self.writer.apply_watcher_event(&Event::Delete(object));
        seen.map(Change::Gone)
    }
}

#[cfg(test)]
mod tests;
