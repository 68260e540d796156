//! Which plugins of a snapshot have hooks.

use std::sync::Arc;

use davit_engine::Hooks;

use super::running::Running;
use super::snapshot::Snapshot;

/// The plugins that have hooks, in load order.
#[derive(Debug, Default)]
pub struct HookTable {
    /// Those with an `onRequest`.
    pub on_request: Vec<Hooker>,
    /// Those with an `onResponse`.
    pub on_response: Vec<Hooker>,
}

/// A plugin that has a hook.
#[derive(Debug, Clone)]
pub struct Hooker {
    /// Its index in the plan.
    pub index: usize,
    /// What runs it.
    pub running: Arc<Running>,
    /// Its place in that group.
    pub place: usize,
    /// A request goes on if its `onRequest` fails.
    pub fail_open: bool,
    /// It may vouch for callers, so its `onRequest` stands before the gate.
    pub authenticates: bool,
}

impl HookTable {
    /// The hooks of what runs; a plugin that does not run has none.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut table = Self::default();
        for (index, (plugin, served)) in snapshot.iter().enumerate() {
            let Some(code) = &served.code else { continue };
            let Ok(running) = &code.runs else { continue };
            let all = running.group.hooks();
            let hooks: Hooks = all.and_then(|all| all.get(code.place).copied()).unwrap_or_default();
            let hooker = || Hooker {
                index,
                running: running.clone(),
                place: code.place,
                fail_open: hooks.fail_open,
                authenticates: plugin.permissions.authenticate,
            };
            table.on_request.extend(hooks.on_request.then(hooker));
            table.on_response.extend(hooks.on_response.then(hooker));
        }
        table
    }

    /// Whether nobody has a hook.
    pub fn is_empty(&self) -> bool {
        self.on_request.is_empty() && self.on_response.is_empty()
    }
}
