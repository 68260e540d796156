//! `/keys`: who may use the admin API (Buntime contract §4).

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::sent::Sent;
use super::{Admin, auth, managed};
use crate::dispatch::Refusal;
use crate::keys::{Created, KeyInfo, KeysError, NewKey, Permission, Principal, Role};

/// What a key can be made for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Meta {
    /// All roles.
    roles: [Role; 4],
    /// All permissions.
    permissions: [Permission; 8],
}

/// All keys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyList {
    keys: Vec<KeyInfo>,
}

/// A key that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Made {
    /// Always true.
    success: bool,
    data: Created,
}

/// A key that was revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Revoked {
    /// Always true.
    success: bool,
}

/// Lists roles and permissions.
#[utoipa::path(
    get,
    path = "/keys/meta",
    operation_id = "keysMeta",
    tag = "keys",
    responses((status = 200, description = "All there are", body = Meta))
)]
pub(super) async fn meta() -> Json<Meta> {
    Json(Meta { roles: Role::ALL, permissions: Permission::ALL })
}

/// Lists keys.
///
/// The root key is none of them. Those that have expired are listed until they are
/// revoked. No answer shows more of a key than its first characters.
#[utoipa::path(
    get,
    path = "/keys",
    operation_id = "listKeys",
    tag = "keys",
    responses((status = 200, description = "All keys, by their numbers", body = KeyList))
)]
pub(super) async fn list(State(admin): State<Admin>) -> Json<KeyList> {
    Json(KeyList { keys: admin.keys.list() })
}

/// Makes a key.
///
/// It may do no more than the one that makes it. Only this answer has it: Davit keeps its
/// hash.
#[utoipa::path(
    post,
    path = "/keys",
    operation_id = "createKey",
    tag = "keys",
    request_body = NewKey,
    responses(
        (status = 201, description = "It is made, and counts", body = Made),
        (status = 403, description = "`PERMISSION_DENIED`: it could do more than the key that makes it"),
        (status = 409, description = "`NO_PLUGIN_DIRECTORY`, `TOO_MANY_KEYS`: there is no place for it"),
        (status = 500, description = "`NOT_WRITTEN`: it could not be written down"),
    )
)]
pub(super) async fn create(
    State(admin): State<Admin>,
    Extension(principal): Extension<Principal>,
    Sent(new): Sent<NewKey>,
) -> Result<(StatusCode, Json<Made>), Refusal> {
    let data = admin.keys.create(&principal, new).await.map_err(|error| refusal(&error))?;
    Ok((StatusCode::CREATED, Json(Made { success: true, data })))
}

/// Revokes a key.
///
/// From the answer on neither it nor any of its sessions counts. It must not be one that
/// may do more than the key that revokes it. Without any key left only public routes are
/// open.
#[utoipa::path(
    delete,
    path = "/keys/{id}",
    operation_id = "revokeKey",
    tag = "keys",
    params(("id" = u64, Path, description = "The key's number", minimum = 1)),
    responses(
        (status = 200, description = "It counts no more", body = Revoked),
        (status = 400, description = "`INVALID_KEY_ID`: that is no number"),
        (status = 403, description = "`PERMISSION_DENIED`: it may do more than the key that revokes it"),
        (status = 404, description = "`KEY_NOT_FOUND`: there is no such key, or no more"),
        (status = 500, description = "`NOT_WRITTEN`: it could not be written down, and still counts"),
    )
)]
pub(super) async fn revoke(
    State(admin): State<Admin>,
    Extension(principal): Extension<Principal>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Revoked>, Refusal> {
    let id = id.ok().and_then(|Path(id)| number(&id)).ok_or_else(|| {
        let message = "a key is named by its number, e.g. 5: GET /keys lists them";
        Refusal::new(StatusCode::BAD_REQUEST, "INVALID_KEY_ID", message)
    })?;
    admin.keys.revoke(&principal, id).await.map_err(|error| refusal(&error))?;
    Ok(Json(Revoked { success: true }))
}

/// Digits alone, so that each key has one path.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

fn refusal(error: &KeysError) -> Refusal {
    let (status, code) = match error {
        KeysError::MayNot(_) | KeysError::Outlives(_) => (StatusCode::FORBIDDEN, "PERMISSION_DENIED"),
        KeysError::Ended => return auth::wrong(),
        KeysError::Unknown(_) => (StatusCode::NOT_FOUND, "KEY_NOT_FOUND"),
        KeysError::Grant(_) => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
        KeysError::Full(_) => (StatusCode::CONFLICT, "TOO_MANY_KEYS"),
        KeysError::Nowhere => (StatusCode::CONFLICT, "NO_PLUGIN_DIRECTORY"),
        KeysError::Managed => return managed::refusal(&error.to_string()),
        KeysError::Unreadable | KeysError::Unwritable => (StatusCode::INTERNAL_SERVER_ERROR, "NOT_WRITTEN"),
        KeysError::NoRandomness(_) => (StatusCode::INTERNAL_SERVER_ERROR, "NO_RANDOMNESS"),
    };
    Refusal::new(status, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_digits_alone_and_in_one_way() {
        assert_eq!(
            (number("5"), number("1000"), number(&u64::MAX.to_string())),
            (Some(5), Some(1_000), Some(u64::MAX))
        );
        for other in ["", "+5", "-5", "05", "0", " 5", "5 ", "5.0", "٥", "0x5", "18446744073709551616"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn a_call_whose_key_was_revoked_meanwhile_is_answered_as_one_with_a_wrong_key() {
        assert_eq!(refusal(&KeysError::Ended), auth::wrong());
    }
}
