//! What a worker says while its plugins start, held against the order in which
//! it must come: HELLO, one PLUGIN for each plugin, READY.

use davit_engine::{Hooks, PluginFailure, PluginSpec};
use davit_plugin::PluginName;

use super::start::StartError;
use crate::frame::{Kind, ProtocolError};
use crate::messages::{Hello, PROTOCOL, PluginReport};

/// How far a group's start has come.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    plugins: &'a [PluginSpec],
    greeted: bool,
    hooks: Vec<Hooks>,
    failures: Vec<PluginFailure>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(plugins: &'a [PluginSpec]) -> Self {
        Self { plugins, greeted: false, hooks: Vec::new(), failures: Vec::new() }
    }

    /// The plugin that starts now; behind the last one only READY is awaited.
    pub(super) fn waits_for(&self) -> Option<&'a PluginName> {
        self.plugins.get(self.hooks.len()).or(self.plugins.last()).map(|plugin| &plugin.name)
    }

    pub(super) fn hello(&mut self, hello: &Hello) -> Result<(), StartError> {
        if hello.protocol != PROTOCOL {
            return Err(StartError::OtherVersion);
        }
        match std::mem::replace(&mut self.greeted, true) {
            false => Ok(()),
            true => Err(out_of_turn(Kind::Hello)),
        }
    }

    pub(super) fn plugin(&mut self, report: PluginReport) -> Result<(), StartError> {
        let awaited = self.plugins.get(self.hooks.len()).map(|plugin| &plugin.name);
        if !self.greeted || awaited != Some(report.name()) {
            return Err(out_of_turn(Kind::Plugin));
        }
        self.hooks.push(report.hooks());
        self.failures.extend(report.failure());
        Ok(())
    }

    /// All plugins have reported: the group is ready, unless one failed. Which
    /// hooks each has.
    pub(super) fn ready(self) -> Result<Vec<Hooks>, StartError> {
        match self.failures {
            _ if !self.greeted || self.hooks.len() < self.plugins.len() => Err(out_of_turn(Kind::Ready)),
            failures if failures.is_empty() => Ok(self.hooks),
            failures => Err(StartError::Plugins(failures)),
        }
    }
}

fn out_of_turn(kind: Kind) -> StartError {
    StartError::Breach(ProtocolError::Unexpected(kind))
}

#[cfg(test)]
mod tests {
    use davit_plugin::manifest::Mode;

    use super::*;

    fn plugins() -> Vec<PluginSpec> {
        let plugin = |name: &str| PluginSpec {
            name: name.parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            root: "/plugin".into(),
            entry: "index.ts".parse().unwrap(),
            mode: Mode::Persistent,
            workers: None,
            data_dir: None,
            base: None,
            config: serde_json::Map::new(),
            dependencies: Vec::new(),
        };
        vec![plugin("one"), plugin("two")]
    }

    fn report(name: &str) -> PluginReport {
        PluginReport::Ready { name: name.parse().unwrap(), hooks: Vec::new(), on_request_fail_open: false }
    }

    fn is_breach(result: &Result<(), StartError>) -> bool {
        matches!(result, Err(StartError::Breach(_)))
    }

    #[test]
    fn takes_hello_then_each_plugin_in_order_then_ready() {
        let plugins = plugins();
        let mut progress = Progress::new(&plugins);
        progress.hello(&Hello { protocol: PROTOCOL }).unwrap();
        progress.plugin(report("one")).unwrap();
        progress.plugin(report("two")).unwrap();
        progress.ready().unwrap();
    }

    #[test]
    fn refuses_ready_before_every_plugin_has_reported() {
        let plugins = plugins();
        let mut progress = Progress::new(&plugins);
        progress.hello(&Hello { protocol: PROTOCOL }).unwrap();
        progress.plugin(report("one")).unwrap();
        assert!(is_breach(&progress.ready().map(drop)));
    }

    #[test]
    fn refuses_plugins_out_of_order_twice_or_before_hello() {
        let plugins = plugins();
        let mut progress = Progress::new(&plugins);
        assert!(is_breach(&progress.plugin(report("one"))));
        progress.hello(&Hello { protocol: PROTOCOL }).unwrap();
        assert!(is_breach(&progress.plugin(report("two"))));
        progress.plugin(report("one")).unwrap();
        progress.plugin(report("two")).unwrap();
        assert!(is_breach(&progress.plugin(report("two"))));
        assert!(is_breach(&progress.hello(&Hello { protocol: PROTOCOL })));
    }
}
