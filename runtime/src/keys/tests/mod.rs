//! Keys and sessions together.

mod began;
mod several;
mod signed;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use davit_plugin::plan::KeyRole;
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::directories::Root;

const ROOT_KEY: &str = "0123456789abcdef";

fn folder(directory: &TempDir) -> Option<DavitFolder> {
    DavitFolder::of(&[Root::Directory(directory.path().to_owned())])
}

fn keys(directory: &TempDir) -> Keys {
    Keys::root(ROOT_KEY).kept_in(folder(directory))
}

fn new(json: serde_json::Value) -> NewKey {
    serde_json::from_value(json).unwrap()
}

fn of_role(role: &str) -> NewKey {
    new(json!({ "name": role, "role": role }))
}

fn custom(permissions: &[Permission]) -> NewKey {
    new(json!({ "name": "custom", "role": "custom", "permissions": permissions }))
}

/// The holder of [`ROOT_KEY`].
fn root() -> Principal {
    Principal::root(Hash::of(ROOT_KEY.as_bytes()))
}

async fn made(keys: &Keys, new: NewKey) -> Created {
    keys.create(&root(), new).await.unwrap()
}

fn check(keys: &Keys, key: &Created) -> Option<Principal> {
    keys.check(key.key.reveal().as_bytes())
}

#[test]
fn only_the_whole_key_counts() {
    let keys = Keys::root(ROOT_KEY);
    assert_eq!(keys.check(ROOT_KEY.as_bytes()), Some(root()));
    for wrong in [&b""[..], b"0123456789abcde", b"0123456789abcdeg", b"0123456789abcdef "] {
        assert_eq!(keys.check(wrong), None);
        assert_eq!(Keys::none().check(wrong), None);
    }
}

#[tokio::test]
async fn no_key_outlives_the_one_that_made_it() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let lasting = |expires_in: serde_json::Value| {
        new(json!({ "name": "short", "role": "admin", "expiresIn": expires_in }))
    };
    let short = made(&keys, lasting("1h".into())).await;
    let me = check(&keys, &short).unwrap();
    for longer in [of_role("viewer"), lasting("61m".into()), lasting("30d".into())] {
        let refused = keys.create(&me, longer).await.unwrap_err();
        assert!(matches!(refused, KeysError::Outlives(0..=3600)), "{refused}");
    }
    keys.create(&me, lasting("50m".into())).await.unwrap();
    assert_eq!(keys.list().len(), 2);
}

#[tokio::test]
async fn a_key_may_what_its_role_says_until_it_is_revoked_and_its_number_is_not_given_again() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let editor = made(&keys, of_role("editor")).await;
    let principal = check(&keys, &editor).unwrap();
    assert!(principal.may(Permission::PluginsInstall) && !principal.may(Permission::KeysCreate));
    assert_eq!((principal.name(), principal.is_root()), ("key 1 (editor)".to_owned(), false));
    let (_, session) = keys.open_session(editor.key.reveal().as_bytes()).await.unwrap();
    assert_eq!(keys.check(session.reveal().as_bytes()), Some(principal));
    keys.revoke(&root(), editor.id).await.unwrap();
    assert_eq!((check(&keys, &editor), keys.check(session.reveal().as_bytes())), (None, None));
    let again = keys.revoke(&root(), editor.id).await;
    assert!(matches!(again, Err(KeysError::Unknown(1))), "{again:?}");
    assert_eq!(made(&keys, of_role("viewer")).await.id, 2);
    assert_eq!(keys.list().len(), 1);
}

#[tokio::test]
async fn revoking_the_last_key_lets_nobody_in() {
    let directory = tempfile::tempdir().unwrap();
    let keys = Keys::none().kept_in(folder(&directory));
    let last = keys.create(&Principal::local(), of_role("admin")).await.unwrap();
    let principal = check(&keys, &last).unwrap();
    keys.revoke(&principal, last.id).await.unwrap();
    assert!(!keys.any());
    for sent in [&b""[..], b"null", last.key.reveal().as_bytes()] {
        assert_eq!(keys.check(sent), None);
    }
}

#[tokio::test]
async fn a_key_and_its_sessions_end_when_it_expires() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let hour = made(&keys, new(json!({ "name": "hour", "role": "viewer", "expiresIn": "1h" }))).await;
    let (_, session) = keys.open_session(hour.key.reveal().as_bytes()).await.unwrap();
    let end = keys.list()[0].expires_at.unwrap();
    for sent in [hour.key.reveal(), session.reveal()] {
        assert!(keys.check_at(sent.as_bytes(), end - 1).is_some());
        assert_eq!(keys.check_at(sent.as_bytes(), end), None);
    }
}

#[tokio::test]
async fn a_session_of_the_root_key_lasts_a_day_and_opens_no_other() {
    let keys = Keys::root(ROOT_KEY);
    let (principal, session) = keys.open_session(ROOT_KEY.as_bytes()).await.unwrap();
    let sent = session.reveal().as_bytes();
    assert!(principal.is_root() && keys.check(sent).unwrap().is_root());
    assert_eq!(keys.check_at(sent, now() + SESSION_SECONDS), None);
    assert!(keys.open_session(sent).await.is_none());
    assert!(Keys::root("another-root-key").check(sent).is_none());
}

#[tokio::test]
async fn keys_and_their_sessions_survive_a_restart_and_no_secret_is_on_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let first = keys(&directory);
    let listed = [Permission::PluginsRead, Permission::KeysCreate];
    let (one, other) = (made(&first, custom(&listed)).await, made(&first, of_role("admin")).await);
    let (_, session) = first.open_session(one.key.reveal().as_bytes()).await.unwrap();
    first.revoke(&root(), other.id).await.unwrap();
    first.book.write_uses();
    let again = keys(&directory);
    assert_eq!(again.list(), first.list());
    assert!(again.list()[0].last_used_at.is_some());
    assert_eq!(check(&again, &one).unwrap().permissions(), &listed.into());
    assert!(again.check(session.reveal().as_bytes()).is_some());
    assert_eq!(made(&again, of_role("viewer")).await.id, 3, "also not that of the last one, revoked");
    let file = directory.path().join(".davit/keys.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(file).unwrap();
    for secret in [one.key.reveal(), &one.key.reveal()[12..], session.reveal(), ROOT_KEY] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_opens_nothing_and_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let key = made(&keys(&directory), of_role("admin")).await;
    let file = directory.path().join(".davit/keys.json");
    let good = fs::read_to_string(&file).unwrap();
    let again = good.replace("\"next\": 2", "\"next\": 1");
    for bad in ["", "{", "{\"next\": 1, \"keys\": [], \"more\": 1}", &good.replace("admin", "custom"), &again]
    {
        fs::write(&file, bad).unwrap();
        let keys = keys(&directory);
        assert_eq!(check(&keys, &key), None, "{bad}");
        let refused = keys.create(&root(), of_role("viewer")).await;
        assert!(matches!(refused, Err(KeysError::Unreadable)), "{refused:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), bad);
        fs::write(&file, &good).unwrap();
        assert_eq!(made(&keys, of_role("viewer")).await.id, 2, "it is read once it has been mended");
        assert!(check(&keys, &key).is_some());
    }
}

#[tokio::test]
async fn a_key_that_could_not_be_written_down_does_not_count() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let key = made(&keys, of_role("viewer")).await;
    let davit = directory.path().join(".davit");
    fs::remove_dir_all(&davit).unwrap();
    fs::write(&davit, "no folder").unwrap();
    let refused = keys.create(&root(), of_role("viewer")).await.unwrap_err();
    assert!(matches!(refused, KeysError::Unwritable), "{refused:?}");
    assert!(!refused.to_string().contains(directory.path().to_str().unwrap()));
    let refused = keys.revoke(&root(), key.id).await;
    assert!(matches!(refused, Err(KeysError::Unwritable)) && check(&keys, &key).is_some(), "{refused:?}");
}

#[tokio::test]
async fn without_a_directory_no_key_is_made() {
    let nowhere = Keys::root(ROOT_KEY).create(&root(), of_role("viewer")).await;
    assert!(matches!(nowhere, Err(KeysError::Nowhere)), "{nowhere:?}");
    let managed = Keys::root(ROOT_KEY).managed().create(&root(), of_role("viewer")).await;
    assert!(matches!(managed, Err(KeysError::Managed)), "{managed:?}");
}

#[tokio::test]
async fn there_is_a_most_of_keys() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    made(&keys, of_role("viewer")).await;
    let file = directory.path().join(".davit/keys.json");
    let mut kept: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let line = kept["keys"][0].take();
    let numbered = |id| {
        let mut line = line.clone();
        line["id"] = json!(id);
        line
    };
    kept["keys"] = (1..=book::MAX_KEYS).map(numbered).collect();
    kept["next"] = json!(book::MAX_KEYS + 1);
    fs::write(&file, kept.to_string()).unwrap();
    let refused = keys.create(&root(), of_role("viewer")).await;
    assert!(matches!(refused, Err(KeysError::Full(1_000))), "{refused:?}");
}

#[tokio::test]
async fn keys_of_a_plan_count_until_a_plan_lacks_or_rotates_them() {
    let keys = Keys::root(ROOT_KEY).managed();
    let planned = |key: &str| PlannedKey::of("ops", KeyRole::Viewer, key).unwrap();
    let other = PlannedKey::of("build", KeyRole::Editor, "the-key-of-the-build").unwrap();
    keys.share_sessions([7; 32]);
    keys.take_managed(&[planned("the-first-key-of-ops")]);
    let (_, session) = keys.open_session(b"the-first-key-of-ops").await.unwrap();
    let first = keys.list();
    keys.take_managed(&[other.clone(), planned("the-first-key-of-ops")]);
    assert_eq!(keys.list()[1], first[0], "another key changes nothing for this one");
    assert!(keys.check(session.reveal().as_bytes()).unwrap().name().ends_with(" (ops)"));

    let replica = Keys::root("another-root-key").managed();
    replica.share_sessions([7; 32]);
    replica.take_managed(&[planned("the-first-key-of-ops")]);
    assert_eq!(replica.check(session.reveal().as_bytes()).unwrap().role(), Role::Viewer);

    keys.take_managed(&[planned("the-second-key-of-ops")]);
    assert_eq!(keys.check(b"the-first-key-of-ops"), None);
    assert_eq!(keys.check(session.reveal().as_bytes()), None);
    assert!(keys.check(b"the-second-key-of-ops").is_some());
    keys.take_managed(&[]);
    assert_eq!(keys.check(b"the-second-key-of-ops"), None);
}

fn some() -> impl Strategy<Value = Vec<Permission>> {
    prop::sample::subsequence(Permission::ALL.to_vec(), 1..=Permission::ALL.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nobody_makes_or_revokes_a_key_that_may_more_than_he(mine in some(), theirs in some()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let keys = keys(&directory);
            let me = check(&keys, &made(&keys, custom(&mine)).await).unwrap();
            let may = theirs.iter().all(|permission| mine.contains(permission));
            let other = made(&keys, custom(&theirs)).await;
            for refused in [keys.create(&me, custom(&theirs)).await.err(), keys.revoke(&me, other.id).await.err()] {
                match refused {
                    None => assert!(may),
                    Some(KeysError::MayNot(lacks)) => {
                        assert!(!may && theirs.contains(&lacks) && !mine.contains(&lacks));
                    }
                    Some(error) => panic!("{error}"),
                }
            }
            assert_eq!(check(&keys, &other).is_some(), !may);
        });
    }
}
