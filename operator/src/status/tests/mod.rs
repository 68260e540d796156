//! What the resources say, for what became of them.

mod news;
mod properties;
mod rollout;
mod runtime;
mod source;
mod suspend;
mod values;
mod world;
