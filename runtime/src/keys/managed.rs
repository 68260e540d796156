//! Keys that came with an operator's plan.

use std::sync::Arc;

use davit_plugin::Digest;
use davit_plugin::plan::{KeyRole, PlannedKey};

use super::Role;
use super::entry::Entry;
use super::grant::Grant;
use super::hash::Hash;
use super::moment::Moment;
use super::ring::Ring;

/// The largest number that clients read exactly (RFC 8259 §6).
const LARGEST: u64 = (1 << 53) - 1;

/// The ring of a plan's keys. What is known of one that was there before stays known.
pub(super) fn ring(planned: &[PlannedKey], before: &Ring, now: Moment) -> Ring {
    let entries = planned.iter().map(|planned| {
        let entry = entry(planned, now);
        let known = before.get(entry.id).filter(|known| {
            known.hash.is(&entry.hash) && known.grant == entry.grant && known.name == entry.name
        });
        known.cloned().unwrap_or_else(|| Arc::new(entry))
    });
    Ring::new(entries)
}

fn entry(planned: &PlannedKey, now: Moment) -> Entry {
    Entry {
        id: number(&planned.name),
        name: planned.name.as_str().into(),
        description: None,
        grant: Arc::new(Grant::of(role(planned.role))),
        prefix: planned.prefix.clone(),
        hash: Hash::known(planned.hash),
        created_at: now,
        expires_at: None,
        last_used_at: 0.into(),
    }
}

/// The number of a Secret's key: the same on every replica and in every plan, so that
/// sessions that name it count everywhere.
fn number(name: &str) -> u64 {
    let digest = Digest::of(name.as_bytes());
    let (first, _) = digest.bytes().split_at(8);
    let first = first.try_into().map(u64::from_be_bytes).unwrap_or_default();
    (first & LARGEST).max(1)
}

fn role(role: KeyRole) -> Role {
    match role {
        KeyRole::Admin => Role::Admin,
        KeyRole::Editor => Role::Editor,
        KeyRole::Viewer => Role::Viewer,
    }
}
