//! Whom a request meets on its way: hooks, and the plugin that it is for. All of
//! one snapshot, so that a reload changes them together.

use std::sync::Arc;

use davit_engine::App;
use davit_plugin::manifest::Limits;

use super::Arrival;
use super::target::{Taken, Target};
use crate::assemble::{Assembler, HookTable, Hooker, Lease, Running, Snapshot};

/// Whom a request meets.
pub(super) struct Route {
    pub(super) target: Option<Target>,
    hooks: Option<Hooked>,
}

/// The hooks of a snapshot, each group of them held for this request.
struct Hooked {
    table: Arc<HookTable>,
    snapshot: Arc<Snapshot>,
    held: Vec<(Arc<Running>, Option<Arc<Lease>>)>,
}

impl Route {
    /// Finds it in the current snapshot. A group that was closed in this very
    /// moment has a successor in the next snapshot: it is there already, or, if the
    /// two may not run at once, the request waits for it, with nothing held.
    pub(super) async fn find(assembler: &Assembler, arrival: &Arrival) -> Self {
        loop {
            let snapshot = assembler.current();
            let (route, is_open) = Self::of(&snapshot, arrival);
            if is_open {
                return route;
            }
            drop(route);
            if !assembler.has_successor(&snapshot).await {
                return Self::of(&snapshot, arrival).0;
            }
        }
    }

    /// The route in one snapshot, and whether all of its groups take requests.
    fn of(snapshot: &Arc<Snapshot>, arrival: &Arrival) -> (Self, bool) {
        let (target, is_open) = match Target::find(snapshot, arrival) {
            Taken::Nobody => (None, true),
            Taken::Here(target) => (Some(target), true),
            Taken::Closed(target) => (Some(target), false),
        };
        let table = snapshot.hooks();
        if table.is_empty() {
            return (Self { target, hooks: None }, is_open);
        }
        let held = hold(&table);
        let is_open = is_open && held.iter().all(|(_, lease)| lease.is_some());
        (Self { target, hooks: Some(Hooked { table, snapshot: snapshot.clone(), held }) }, is_open)
    }

    /// Whether nobody at all is met.
    pub(super) fn is_empty(&self) -> bool {
        self.target.is_none() && self.hooks.is_none()
    }

    /// What one request may cost.
    pub(super) fn limits(&self) -> Limits {
        self.target.as_ref().map_or_else(Limits::default, |target| target.plugin().limits)
    }

    /// The plugin that the request is for, as hooks are told of it.
    pub(super) fn app(&self) -> Option<App> {
        let plugin = self.target.as_ref()?.plugin();
        let (name, version, base) = (plugin.name.clone(), plugin.version.clone(), plugin.base.clone());
        Some(App { name, version, base })
    }

    /// The `onRequest` hooks before the gate, or those behind it.
    pub(super) fn on_request(&self, authenticating: bool) -> impl Iterator<Item = Hook<'_>> {
        let hooks =
            self.hooks.iter().flat_map(|hooks| hooks.table.on_request.iter().map(|hook| hooks.hook(hook)));
        hooks.filter(move |hook| hook.hooker.authenticates == authenticating)
    }

    /// The `onResponse` hooks.
    pub(super) fn on_response(&self) -> impl Iterator<Item = Hook<'_>> {
        self.hooks.iter().flat_map(|hooks| hooks.table.on_response.iter().map(|hook| hooks.hook(hook)))
    }
}

/// One plugin's hook.
pub(super) struct Hook<'a> {
    pub(super) hooker: &'a Hooker,
    /// None if its group has ended with the process.
    pub(super) lease: Option<Arc<Lease>>,
    pub(super) plugin: &'a davit_plugin::PluginName,
}

impl Hooked {
    fn hook<'a>(&'a self, hooker: &'a Hooker) -> Hook<'a> {
        let held = self.held.iter().find(|(running, _)| Arc::ptr_eq(running, &hooker.running));
        let plugin = &self.snapshot.plan().plugins[hooker.index].name;
        Hook { hooker, lease: held.and_then(|(_, lease)| lease.clone()), plugin }
    }
}

/// Counts the request in at each group that has hooks, once.
fn hold(table: &HookTable) -> Vec<(Arc<Running>, Option<Arc<Lease>>)> {
    let mut held: Vec<(Arc<Running>, Option<Arc<Lease>>)> = Vec::new();
    for hooker in table.on_request.iter().chain(&table.on_response) {
        if !held.iter().any(|(running, _)| Arc::ptr_eq(running, &hooker.running)) {
            held.push((hooker.running.clone(), hooker.running.leases.take().map(Arc::new)));
        }
    }
    held
}
