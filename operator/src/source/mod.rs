//! Where packages come from.

mod config_map;
mod oci;

use bytes::Bytes;
use davit_crds::{ConditionType, Plugin};
use davit_plugin::Reason;

use crate::artifact::Resolved;
use crate::context::Context;
use crate::trouble::Trouble;

/// The bytes that a source names, and how to get them.
pub struct Found {
    /// Which bytes.
    pub resolved: Resolved,
    pub(crate) bytes: Bytes,
}

impl Found {
    /// The bytes.
    pub fn fetch(self) -> Result<Bytes, Trouble> {
        Ok(self.bytes)
    }
}

/// Asks a source.
pub async fn resolve(plugin: &Plugin, ctx: &Context) -> Result<Found, Trouble> {
    let source = &plugin.spec.source;
    match (&source.oci, &source.config_map) {
        (Some(oci), None) => oci::resolve(oci, ctx).await,
        (None, Some(map)) => config_map::resolve(plugin, map, ctx).await,
        _ => Err(Trouble::stall(
            ConditionType::SourceResolved,
            Reason::ReferenceInvalid,
            "name exactly one source",
        )),
    }
}
