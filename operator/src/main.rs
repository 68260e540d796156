//! `davit-operator`: reconciles Plugins and PluginRuntimes.

use clap::Parser as _;
use davit_operator::options::Options;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG).init();
    davit_operator::run::run(Options::parse()).await
}
