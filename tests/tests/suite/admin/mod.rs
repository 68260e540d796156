//! The admin API.

mod answers;
mod described;
mod guard;
mod hostile;
mod keys;
mod limiter;
mod logins;
mod loopback;
mod made;
mod parallel;
mod proxies;
mod refusals;
mod sessions;
mod upload;
