//! What somebody who runs Davit can see: metrics, the access log, traces, and what
//! plugins write.

mod access_log;
mod dashboard;
mod events;
mod followers;
mod logs;
mod metrics;
mod traces;
