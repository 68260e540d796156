//! Roles: names for what most keys are made for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Permission;

/// What a key is made for (Buntime contract §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// All calls for plugins, and reading their logs.
    Editor,
    /// Everything that only reads.
    Viewer,
    /// What the key's own list of permissions says.
    Custom,
}

impl Role {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Editor, Self::Viewer, Self::Custom];

    /// What every key of this role may do; none for a role whose keys say it
    /// themselves.
    pub fn permissions(self) -> Option<BTreeSet<Permission>> {
        match self {
            Self::Admin => Some(Permission::ALL.into()),
            Self::Editor => {
                Some(Permission::those(|text| text.starts_with("plugins:") || text == "workers:read"))
            }
            Self::Viewer => Some(Permission::those(|text| text.ends_with(":read"))),
            Self::Custom => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_changes_plugins_but_no_keys_and_a_viewer_changes_nothing() {
        let texts = |role: Role| {
            let texts = role.permissions().unwrap().into_iter().map(Permission::as_str);
            texts.collect::<Vec<_>>()
        };
        assert_eq!(
            texts(Role::Editor),
            ["plugins:read", "plugins:install", "plugins:remove", "plugins:config", "workers:read"]
        );
        assert_eq!(texts(Role::Viewer), ["plugins:read", "keys:read", "workers:read"]);
        assert_eq!(texts(Role::Admin).len(), Permission::ALL.len());
        assert_eq!(Role::Custom.permissions(), None);
    }
}
