//! `davit-bench-cluster`: from `kubectl apply` to the answer of every replica, and
//! the operator's memory, on a real API server and registry.
//!
//! ```text
//! world (two replicas) → floor beside it → apply, live … → 500 Plugins → table
//! ```

mod crowd;
mod floor;
mod live;
mod stats;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use davit_tests::cluster::World;

/// Measure from apply to live on two replicas, and the operator's memory at many Plugins
///
/// Everything runs on loopback. What runs beside in the same run says how fast the
/// machine was: an API server's write until a watch has seen it, and a start of Bun.
#[derive(Debug, Parser)]
#[command(name = "davit-bench-cluster")]
struct Options {
    /// How often a plugin is applied, for each kind of source
    #[arg(long, env = "DAVIT_BENCH_APPLIES", default_value_t = 40)]
    applies: u32,
    /// Plugins for the operator's memory
    #[arg(long, env = "DAVIT_BENCH_PLUGINS", default_value_t = 500)]
    plugins: u32,
    /// File to write the result to as well, as Markdown
    #[arg(long, env = "DAVIT_BENCH_OUT")]
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let text = measure(&options).await;
    let printed = std::io::stdout().write_all(text.as_bytes());
    let written = options.out.as_ref().map_or(Ok(()), |path| std::fs::write(path, &text));
    if printed.and(written).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(options: &Options) -> String {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    world.replicas("default", 2).await;
    let floor = floor::measure(&world, options.applies).await;
    let from_config_map = live::from_config_map(&world, options.applies).await;
    let from_oci = live::from_oci(&world, options.applies).await;
    let crowd = crowd::measure(&world, options.plugins).await;
    let rows = [("ConfigMap", from_config_map), ("OCI artifact", from_oci)];
    let lines: String = rows.iter().map(|(source, times)| live::row(source, times, &floor)).collect();
    format!(
        "## From apply to live on two replicas\n\n\
         From the begin of the apply until both replicas had answered with the new version, asked every 2 ms. \
         Beside it in the same run: {}\n\n\
         | source | applies | p50 ms | p99 ms | least ms | p50 ÷ beside |\n|---|---|---|---|---|---|\n{lines}\n\
         ## Memory of the operator\n\n{}",
        floor.told(),
        crowd.told(),
    )
}
