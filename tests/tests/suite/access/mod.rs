//! Who reaches a plugin, and what a plugin learns of it.

mod cookies;
mod credentials;
mod hosts;
mod paths;
mod request_ids;
