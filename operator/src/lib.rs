//! Reconciles Plugin and PluginRuntime.

pub mod artifact;
pub mod backoff;
pub mod context;
pub mod failpoint;
pub mod fleet;
pub mod health;
pub mod hindrance;
pub mod install_crds;
pub mod keys;
pub mod leader;
pub mod metrics;
pub mod options;
mod reconcile;
pub mod replicas;
pub mod rollout;
pub mod run;
pub mod source;
pub mod status;
pub mod trouble;
pub mod watch;
