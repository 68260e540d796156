//! The crate's rules, held against naive references and tables.

mod arrange;
mod arrange_cases;
mod common;
mod contents;
mod graph;
mod manifest_contract;
mod manifest_environment;
mod manifest_errors;
mod manifest_option_errors;
mod normal_path;
mod plan;
mod public_routes;
