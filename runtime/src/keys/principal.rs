//! Who makes a call, and what he may do.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::grant::Grant;
use super::moment::Moment;
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
    Root,
    Local,
    Key(Arc<str>),
}

static EVERYTHING: LazyLock<Arc<Grant>> = LazyLock::new(|| Arc::new(Grant::of(Role::Admin)));

impl Principal {
    /// The holder of the root key: everything is allowed.
    pub fn root() -> Self {
        Self { who: Who::Root, grant: EVERYTHING.clone(), ends: None }
    }

    /// Somebody at this machine, without a key (`davit dev` only): everything is
    /// allowed.
    pub fn local() -> Self {
        Self { who: Who::Local, grant: EVERYTHING.clone(), ends: None }
    }

    /// The holder of a key that was made here or came with a plan.
    pub(super) fn key(name: Arc<str>, grant: Arc<Grant>, ends: Option<Moment>) -> Self {
        Self { who: Who::Key(name), grant, ends }
    }

    /// Whether he holds the root key.
    pub fn is_root(&self) -> bool {
        matches!(self.who, Who::Root)
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

    /// For logs: `root`, `local`, or the key's name.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Root => "root",
            Who::Local => "local",
            Who::Key(name) => name,
        }
    }
}
