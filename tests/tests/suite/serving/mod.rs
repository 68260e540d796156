//! How plugins' answers are served.

mod exchange;
mod files;
mod http2;
mod limits;
