//! How the runtime and its plugins fare, as health says it.

use davit_plugin::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::listed::{Listed, all};
use crate::directories::State;

/// How the runtime and its plugins fare.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Health {
    /// Whether requests may come.
    ok: bool,
    /// `healthy`; `degraded` if a plugin is not as it should be; `starting` or
    /// `stopping` if it is not ready.
    #[schema(value_type = String, pattern = "^(healthy|degraded|starting|stopping)$")]
    status: &'static str,
    /// Davit's version.
    #[schema(value_type = String)]
    version: &'static str,
    /// What runs JavaScript; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bun 1.3.14")]
    engine: Option<String>,
    /// What a runtime that is not ready waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    waiting_for: Option<&'static str>,
    plugins: Counts,
    /// Each plugin, for callers who may read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Vec<Detail>>,
}

/// How many plugins fare how.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Counts {
    ready: usize,
    last_good: usize,
    starting: usize,
    restarting: usize,
    disabled: usize,
    failed: usize,
}

/// How one plugin fares.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Detail {
    name: String,
    state: State,
    /// Why it is not ready, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Health {
    /// As it is now; with each plugin if the caller may know them.
    pub(super) fn of(admin: &Admin, with_details: bool) -> Self {
        let (listed, mut plugins) = (all(admin), Counts::default());
        listed.iter().for_each(|plugin| plugins.add(plugin.state));
        let well = plugins.last_good + plugins.starting + plugins.restarting + plugins.failed == 0;
        Self {
            ok: true,
            status: if well { "healthy" } else { "degraded" },
            version: env!("CARGO_PKG_VERSION"),
            engine: admin.assembler.engine_name(),
            waiting_for: None,
            plugins,
            details: with_details.then(|| listed.into_iter().map(Detail::from).collect()),
        }
    }

    /// The same while it is not ready.
    pub(super) fn waiting(self, status: &'static str, what: &'static str) -> Self {
        Self { ok: false, status, waiting_for: Some(what), ..self }
    }
}

impl From<Listed> for Detail {
    fn from(listed: Listed) -> Self {
        Self { name: listed.name, state: listed.state, reason: listed.reason, message: listed.message }
    }
}

impl Counts {
    fn add(&mut self, state: State) {
        let count = match state {
            State::Ready => &mut self.ready,
            State::LastGood => &mut self.last_good,
            State::Starting => &mut self.starting,
            State::Restarting => &mut self.restarting,
            State::Disabled => &mut self.disabled,
            State::Failed => &mut self.failed,
        };
        *count += 1;
    }
}
