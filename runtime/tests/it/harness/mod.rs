//! A PluginRuntime's authority, packages and plans, and replicas to send them to.

mod authority;
mod operator;
mod package;
mod replica;

pub(crate) use authority::{Authority, NAME};
pub(crate) use operator::{Operator, refused, request};
pub(crate) use package::{Package, fence, plan, steps};
pub(crate) use replica::{KEY, RUNTIME, Replica};
