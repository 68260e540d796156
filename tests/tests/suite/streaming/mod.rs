//! Bodies stream: nothing holds a whole one, a slow side slows the other down,
//! and whoever goes away is missed.

mod events;
mod gone;
mod memory;
mod slow_plugin;
mod slow_reader;

use davit_tests::server::Start;
use davit_tests::{Plugins, Server};

/// One mebibyte.
const MIB: u64 = 1 << 20;

/// A server with the plugin `stream`, which has a worker of its own.
async fn streaming() -> (Server, Plugins) {
    let plugins = Plugins::new();
    let limits = "davit: {limits: {maxBodySize: 100Mi, requestTimeout: 5m}}\n";
    drop(plugins.plugin("stream", limits, include_str!("plugin.ts")));
    (Start::runtime([plugins.path()]).start().await, plugins)
}
