//! What a caller of the admin API may do, one call's worth at a time.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Leave to make certain calls of the admin API (Buntime contract §4). JSON has its
/// text, as in `plugins:read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// To list plugins.
    #[serde(rename = "plugins:read")]
    PluginsRead,
    /// To upload and reload plugins.
    #[serde(rename = "plugins:install")]
    PluginsInstall,
    /// To remove plugins.
    #[serde(rename = "plugins:remove")]
    PluginsRemove,
    /// To turn plugins on and off.
    #[serde(rename = "plugins:config")]
    PluginsConfig,
    /// To list keys.
    #[serde(rename = "keys:read")]
    KeysRead,
    /// To make keys.
    #[serde(rename = "keys:create")]
    KeysCreate,
    /// To revoke keys.
    #[serde(rename = "keys:revoke")]
    KeysRevoke,
    /// To read what plugins log.
    #[serde(rename = "workers:read")]
    WorkersRead,
}

impl Permission {
    /// All there are, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::PluginsRead,
        Self::PluginsInstall,
        Self::PluginsRemove,
        Self::PluginsConfig,
        Self::KeysRead,
        Self::KeysCreate,
        Self::KeysRevoke,
        Self::WorkersRead,
    ];

    /// The text, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PluginsRead => "plugins:read",
            Self::PluginsInstall => "plugins:install",
            Self::PluginsRemove => "plugins:remove",
            Self::PluginsConfig => "plugins:config",
            Self::KeysRead => "keys:read",
            Self::KeysCreate => "keys:create",
            Self::KeysRevoke => "keys:revoke",
            Self::WorkersRead => "workers:read",
        }
    }

    /// All that fit.
    pub(super) fn those(fit: impl Fn(&str) -> bool) -> BTreeSet<Self> {
        Self::ALL.into_iter().filter(|permission| fit(permission.as_str())).collect()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_text_that_messages_name() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
        }
    }
}
