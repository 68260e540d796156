//! The two that serve a plugin: Bun alone, and Davit.

use std::net::{Ipv4Addr, SocketAddr};

use davit_tests::process::{Process, Program};
use davit_tests::programs::{bun, repository};
use davit_tests::server::Start;
use davit_tests::{Plugins, Server};
use tempfile::TempDir;

use super::built;

/// A plugin that is served.
#[derive(Debug)]
pub(crate) struct Side {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What stands before the plugin's own paths.
    pub(crate) base: String,
    _serves: Serves,
    _plugins: Plugins,
}

#[derive(Debug)]
#[allow(dead_code, reason = "held until the test ends")]
enum Serves {
    Bun(Process, TempDir),
    Davit(Server),
}

impl Side {
    /// By `Bun.serve` in tests/npm/bare.ts, at the root of a port.
    pub(crate) async fn bun(plugin: &str, more: &str) -> Self {
        let plugins = Plugins::new();
        built::put(&plugins, plugin, more);
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let mut program = Program::new(&bun());
        program.command().arg(repository().join("tests/npm/bare.ts")).arg(plugins.path());
        program.command().env_clear().env("TMPDIR", scratch.path()).current_dir(scratch.path());
        let process = program.start();
        let ports = process.logs().record("serving", |record| record["message"] == "serving").await;
        let port = ports["ports"][plugin].as_u64().expect("a port");
        let port = u16::try_from(port).expect("a port");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { address, base: String::new(), _serves: Serves::Bun(process, scratch), _plugins: plugins }
    }

    /// By `davit-runtime`, under the plugin's base.
    pub(crate) async fn davit(plugin: &str, more: &str) -> Self {
        let plugins = Plugins::new();
        built::put(&plugins, plugin, more);
        let server = Start::runtime([plugins.path()]).start().await;
        let address = server.address();
        Self { address, base: format!("/{plugin}"), _serves: Serves::Davit(server), _plugins: plugins }
    }
}
