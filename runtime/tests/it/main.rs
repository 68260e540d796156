//! The control port of real `davit-runtime` processes, with real TLS and Bun.

mod exclusive;
mod fences;
mod full;
mod groups;
mod harness;
mod keys;
mod managed;
mod packages;
mod restart;
mod rollout;
mod rotation;
mod trust;
