//! Why a plugin does not run as what is on disk, told beside a success: what was asked
//! for is done, and yet it does not serve.

use davit_plugin::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use super::listed::Listed;
use crate::directories::State;

/// How a plugin fares that is not ready, as `GET /plugins` says it; nothing of one that
/// is.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Unready {
    /// How it fares; absent if what is on disk serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    /// Why, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Listed> for Unready {
    fn from(listed: Listed) -> Self {
        match listed.state {
            State::Ready => Self::default(),
            state => Self { state: Some(state), reason: listed.reason, message: listed.message },
        }
    }
}
