//! Calls that began while a key counted, and go on after it does no more.

use super::*;

fn ended<T: std::fmt::Debug>(answer: &Result<T, KeysError>) -> bool {
    matches!(answer, Err(KeysError::Ended))
}

#[tokio::test]
async fn a_key_that_was_revoked_meanwhile_makes_and_revokes_none() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let (mine, other) = (made(&keys, of_role("admin")).await, made(&keys, of_role("viewer")).await);
    let me = check(&keys, &mine).unwrap();
    assert!(keys.still(&me));
    keys.revoke(&root(), mine.id).await.unwrap();
    assert!(!keys.still(&me));
    let (one, two) = (keys.create(&me, of_role("admin")).await, keys.revoke(&me, other.id).await);
    assert!(ended(&one) && ended(&two), "{one:?} {two:?}");
    assert!(keys.list().len() == 1 && check(&keys, &other).is_some());
}

#[tokio::test]
async fn a_key_that_another_process_revoked_meanwhile_makes_none() {
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (keys(&directory), keys(&directory));
    let mine = made(&here, of_role("admin")).await;
    let me = check(&here, &mine).unwrap();
    there.revoke(&root(), mine.id).await.unwrap();
    let refused = here.create(&me, of_role("admin")).await;
    assert!(ended(&refused) && check(&here, &mine).is_none(), "{refused:?}");
}

#[tokio::test]
async fn a_root_key_that_was_replaced_meanwhile_makes_and_revokes_none() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let other = made(&keys, of_role("viewer")).await;
    let me = keys.check(ROOT_KEY.as_bytes()).unwrap();
    keys.root.take("another-root-key");
    let (one, two) = (keys.create(&me, of_role("admin")).await, keys.revoke(&me, other.id).await);
    assert!(ended(&one) && ended(&two) && !keys.still(&me), "{one:?} {two:?}");
    assert!(keys.still(&Principal::local()));
}

#[tokio::test]
async fn a_key_that_expired_meanwhile_counts_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let hour = made(&keys, new(json!({ "name": "hour", "role": "admin", "expiresIn": "1h" }))).await;
    let me = check(&keys, &hour).unwrap();
    let (ring, end) = (keys.book.ring(), keys.list()[0].expires_at.unwrap());
    assert!(me.still(&keys.root, &ring, end - 1) && !me.still(&keys.root, &ring, end));
}

#[test]
fn a_key_of_a_plan_that_lost_its_role_meanwhile_counts_no_more() {
    let keys = Keys::root(ROOT_KEY).managed();
    let planned = |role| [PlannedKey::of("ops", role, "the-key-of-the-ops").unwrap()];
    keys.take_managed(&planned(KeyRole::Admin));
    let me = keys.check(b"the-key-of-the-ops").unwrap();
    keys.take_managed(&planned(KeyRole::Admin));
    assert!(keys.still(&me));
    keys.take_managed(&planned(KeyRole::Viewer));
    assert!(!keys.still(&me));
}
