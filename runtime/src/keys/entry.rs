//! One key that was made here or came with a plan.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use utoipa::ToSchema;

use super::grant::Grant;
use super::hash::Hash;
use super::moment::Moment;
use super::{Permission, Principal, Role};

/// What is known of a key: never the key itself.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) name: Arc<str>,
    pub(super) description: Option<String>,
    pub(super) grant: Arc<Grant>,
    pub(super) prefix: String,
    pub(super) hash: Hash,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    /// 0 if never.
    pub(super) last_used_at: AtomicU64,
}

/// A key as `GET /keys` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyInfo {
    /// Its number, from 1, never given twice.
    #[schema(minimum = 1)]
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its role.
    pub role: Role,
    /// All that its holder may do.
    pub permissions: Vec<Permission>,
    /// Its first characters.
    pub key_prefix: String,
    /// When it was made, in seconds since 1970. For a key of a plan: when this
    /// process first saw it.
    pub created_at: u64,
    /// When it ends, in seconds since 1970; null: never.
    pub expires_at: Option<u64>,
    /// When it was last used here, in seconds since 1970; null: not yet.
    pub last_used_at: Option<u64>,
}

impl Entry {
    /// Whether it has not expired.
    pub(super) fn counts(&self, now: Moment) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Remembers that it was used. Whether that was not known for this second.
    pub(super) fn used(&self, now: Moment) -> bool {
        self.last_used_at.fetch_max(now, Ordering::Relaxed) < now
    }

    pub(super) fn last_used_at(&self) -> Option<Moment> {
        Some(self.last_used_at.load(Ordering::Relaxed)).filter(|&moment| moment != 0)
    }

    /// Its holder.
    pub(super) fn principal(&self) -> Principal {
        Principal::key((self.id, self.hash), self.name.clone(), self.grant.clone(), self.expires_at)
    }

    pub(super) fn info(&self) -> KeyInfo {
        KeyInfo {
            id: self.id,
            name: self.name.to_string(),
            description: self.description.clone(),
            role: self.grant.role(),
            permissions: self.grant.permissions().iter().copied().collect(),
            key_prefix: self.prefix.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at(),
        }
    }
}
