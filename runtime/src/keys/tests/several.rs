//! Several processes with one directory: each has a [`Keys`] of its own here.

use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use super::*;

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join(".davit/keys.json")
}

fn ids(keys: &Keys) -> Vec<u64> {
    keys.list().iter().map(|key| key.id).collect()
}

/// Waits for what another task or thread does.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_key_that_one_revoked_is_not_written_back_by_another() {
    let directory = tempfile::tempdir().unwrap();
    let here = keys(&directory);
    let (gone, kept) = (made(&here, of_role("admin")).await, made(&here, of_role("viewer")).await);
    let there = keys(&directory);
    assert!(check(&there, &gone).is_some() && check(&there, &kept).is_some());
    here.revoke(&root(), gone.id).await.unwrap();

    there.book.write_uses();
    let restarted = keys(&directory);
    assert_eq!(ids(&restarted), [kept.id]);
    assert!(restarted.list()[0].last_used_at.is_some(), "the use of the other one is written down");
    assert!(check(&there, &gone).is_none());
}

#[tokio::test]
async fn a_change_keeps_those_of_other_processes_and_no_number_is_given_twice() {
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (keys(&directory), keys(&directory));
    let first = made(&here, of_role("viewer")).await;
    let second = made(&there, of_role("viewer")).await;
    here.revoke(&root(), second.id).await.unwrap();
    there.revoke(&root(), first.id).await.unwrap();
    let third = made(&here, of_role("viewer")).await;
    assert_eq!((first.id, second.id, third.id), (1, 2, 3));
    assert_eq!(ids(&keys(&directory)), [3]);
}

#[tokio::test]
async fn a_change_waits_for_that_of_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let here = Arc::new(keys(&directory));
    let first = made(&here, of_role("viewer")).await;
    let lock = lock::take(&folder(&directory).unwrap()).unwrap();
    let waiting = thread::spawn({
        let here = here.clone();
        move || here.book.revoke(&root(), &here.root, first.id)
    });
    until("the one that waits", || here.book.is_at_work()).await;
    let text = fs::read_to_string(file(&directory)).unwrap();
    fs::write(file(&directory), text.replace("\"next\": 2", "\"next\": 7")).unwrap();
    drop(lock);
    waiting.join().unwrap().unwrap();
    assert_eq!(made(&here, of_role("viewer")).await.id, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_changes_counts_for_the_others_within_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let (here, there) = (keys(&directory), Arc::new(keys(&directory)));
    let follows = there.clone();
    let following = tokio::spawn(async move { follows.follow().await });
    let key = made(&here, of_role("viewer")).await;
    until("the new key", || check(&there, &key).is_some()).await;
    here.revoke(&root(), key.id).await.unwrap();
    until("its end", || check(&there, &key).is_none()).await;
    let (_, session) = here.open_session(ROOT_KEY.as_bytes()).await.unwrap();
    until("the session", || there.check(session.reveal().as_bytes()).is_some()).await;
    following.abort();
}

#[tokio::test]
async fn a_file_that_somebody_removed_holds_no_key_and_numbers_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let key = made(&keys, of_role("viewer")).await;
    fs::remove_file(file(&directory)).unwrap();
    keys.book.look();
    assert!(check(&keys, &key).is_none() && keys.list().is_empty());
    keys.book.write_uses();
    assert!(!file(&directory).exists(), "its use is not written down");
    assert_eq!(made(&keys, of_role("viewer")).await.id, 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_any_more_leaves_what_counts_until_it_is_mended() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let key = made(&keys, of_role("viewer")).await;
    let good = fs::read_to_string(file(&directory)).unwrap();
    fs::write(file(&directory), "{").unwrap();
    keys.book.look();
    assert!(check(&keys, &key).is_some());
    keys.book.write_uses();
    let refused = keys.revoke(&root(), key.id).await;
    assert!(matches!(refused, Err(KeysError::Unreadable)), "{refused:?}");
    assert_eq!(fs::read_to_string(file(&directory)).unwrap(), "{");
    fs::write(file(&directory), good.replace("viewer", "editor")).unwrap();
    keys.book.look();
    assert_eq!(check(&keys, &key).unwrap().role(), Role::Editor);
}
