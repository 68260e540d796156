//! Reconciles Plugin and PluginRuntime.

pub mod artifact;
pub mod context;
pub mod failpoint;
pub mod fleet;
pub mod leader;
pub mod options;
pub mod replicas;
pub mod rollout;
pub mod run;
pub mod source;
pub mod status;
pub mod trouble;
pub mod watch;
