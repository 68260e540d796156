//! The proofs on a real cluster: two nodes, real pods, `helm install`.
//!
//! ```text
//! tests/e2e/run.sh → rows in order, each from what the one before left → a table
//! ```
//!
//! `cargo test -p davit-tests --test e2e -- [ROW…] [--out FILE] [--keep]` runs the
//! rows that are named, else all. `--keep` leaves what was installed. The exit code
//! is 1 if a row failed, or lacked what it needs.

mod audit;
mod client_pod;
mod cluster;
mod command;
mod examples;
mod helm;
mod install;
mod kubectl;
mod load;
mod nodes;
mod operator;
mod pods;
mod restricted;
mod rights;
mod row;
mod scenarios;
mod standalone;
mod steps;
mod table;
mod trouble;
mod under_load;
mod upgrade;
mod volumes;
mod wait;

use std::process::ExitCode;

use cluster::Cluster;
use row::{Asked, Row};
use table::Table;

#[tokio::main]
async fn main() -> ExitCode {
    let asked = match Asked::parse(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            table::say(why);
            return ExitCode::from(2);
        }
    };
    let cluster = Cluster::from_environment().await;
    let mut table = Table::default();
    for row in Row::ALL.into_iter().filter(|row| asked.has(*row)) {
        table.add(row, row::run(row, &cluster).await);
    }
    if !asked.keep {
        install::clean(&cluster).await;
    }
    table.finish(asked.out.as_deref())
}
