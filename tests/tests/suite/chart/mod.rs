//! The chart, as helm renders it and as the API server takes it.

mod generated;
mod hook;
mod kustomize;
mod rendered;
mod rights;
mod score;
mod server;
mod values;

pub(crate) use rendered::rendered;
