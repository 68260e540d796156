//! What a key may do: its role, and the permissions that follow from it.

use std::collections::BTreeSet;

use super::{Permission, Role};

/// A role with its permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    role: Role,
    permissions: BTreeSet<Permission>,
}

/// The permissions do not fit the role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrant {
    /// A custom key without permissions could do nothing.
    #[error("a key of the role custom needs at least one of `permissions`: GET /keys/meta lists them")]
    Nothing,
    /// The role says what its keys may do.
    #[error(
        "these `permissions` are not those of the role: leave them out, or take the role custom for a list of its own"
    )]
    NotOfRole,
}

impl Grant {
    /// A role that needs no list beside it; `Custom` has nothing then.
    pub(super) fn of(role: Role) -> Self {
        Self { role, permissions: role.permissions().unwrap_or_default() }
    }

    /// A role and the list that came with it, if any.
    pub(super) fn new(role: Role, listed: Option<&[Permission]>) -> Result<Self, InvalidGrant> {
        let listed: BTreeSet<Permission> = listed.unwrap_or_default().iter().copied().collect();
        match role.permissions() {
            None if listed.is_empty() => Err(InvalidGrant::Nothing),
            None => Ok(Self { role, permissions: listed }),
            Some(permissions) if listed.is_empty() || listed == permissions => Ok(Self { role, permissions }),
            Some(_) => Err(InvalidGrant::NotOfRole),
        }
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    pub(super) fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_custom_key_brings_a_list_of_its_own() {
        let list = [Permission::KeysRead, Permission::PluginsRead];
        let custom = Grant::new(Role::Custom, Some(&list)).unwrap();
        assert_eq!(custom.permissions(), &list.into());
        for list in [None, Some(&[][..])] {
            assert_eq!(Grant::new(Role::Custom, list), Err(InvalidGrant::Nothing));
            assert_eq!(Grant::new(Role::Viewer, list), Ok(Grant::of(Role::Viewer)));
        }
        assert_eq!(Grant::new(Role::Admin, Some(&Permission::ALL)), Ok(Grant::of(Role::Admin)));
        assert_eq!(Grant::new(Role::Admin, Some(&list)), Err(InvalidGrant::NotOfRole));
    }
}
