//! A change goes live: no request fails, and each is answered by one version.

mod open_streams;
mod under_load;
