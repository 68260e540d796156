//! Who makes a call, and what he may do.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::grant::Grant;
use super::hash::Hash;
use super::moment::Moment;
use super::ring::Ring;
use super::root::RootKey;
use super::{Permission, Role};

/// Who holds a credential that counts. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    who: Who,
    grant: Arc<Grant>,
    /// When his key ends.
    ends: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Root(Hash),
    Local,
    Key { id: u64, hash: Hash, name: Arc<str> },
}

static EVERYTHING: LazyLock<Arc<Grant>> = LazyLock::new(|| Arc::new(Grant::of(Role::Admin)));

impl Principal {
    /// The holder of the root key of this hash: everything is allowed.
    pub(super) fn root(hash: Hash) -> Self {
        Self { who: Who::Root(hash), grant: EVERYTHING.clone(), ends: None }
    }

    /// Somebody at this machine, without a key (`davit dev` only): everything is
    /// allowed.
    pub fn local() -> Self {
        Self { who: Who::Local, grant: EVERYTHING.clone(), ends: None }
    }

    /// The holder of a key that was made here or came with a plan.
    pub(super) fn key(
        (id, hash): (u64, Hash),
        name: Arc<str>,
        grant: Arc<Grant>,
        ends: Option<Moment>,
    ) -> Self {
        Self { who: Who::Key { id, hash, name }, grant, ends }
    }

    /// Whether his key is still what it was when he was let in: a call may have waited
    /// long for its body.
    pub(super) fn still(&self, root: &RootKey, ring: &Ring, now: Moment) -> bool {
        match &self.who {
            Who::Local => true,
            Who::Root(hash) => root.current().is_some_and(|root| root.hash.is(hash)),
            Who::Key { id, .. } => {
                ring.get(*id).is_some_and(|entry| entry.counts(now) && entry.principal() == *self)
            }
        }
    }

    /// Whether he holds the root key.
    pub fn is_root(&self) -> bool {
        matches!(self.who, Who::Root(_))
    }

    /// Whether he is at this machine, without a key.
    pub fn is_local(&self) -> bool {
        matches!(self.who, Who::Local)
    }

    /// His role; `Admin` for root and local.
    pub fn role(&self) -> Role {
        self.grant.role()
    }

    /// All that he may do.
    pub fn permissions(&self) -> &BTreeSet<Permission> {
        self.grant.permissions()
    }

    /// Whether he may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether he may do all of these.
    pub fn covers(&self, permissions: &BTreeSet<Permission>) -> bool {
        self.lacks(permissions).is_none()
    }

    /// The first of these that he may not do.
    pub fn lacks(&self, permissions: &BTreeSet<Permission>) -> Option<Permission> {
        permissions.difference(self.permissions()).next().copied()
    }

    /// When his key ends, if it ends before `moment`; none stands for never.
    pub(super) fn ends_before(&self, moment: Option<Moment>) -> Option<Moment> {
        self.ends.filter(|&ends| moment.is_none_or(|moment| ends < moment))
    }

    /// For logs: `root`, `local`, or number and name of a key, e.g. `key 7 (ci)`, since a
    /// key may be called `root` too.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Root(_) => "root".to_owned(),
            Who::Local => "local".to_owned(),
            Who::Key { id, name, .. } => format!("key {id} ({name})"),
        }
    }
}
