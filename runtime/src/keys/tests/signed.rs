//! What sessions are signed with.

use super::*;

async fn opened(keys: &Keys) -> String {
    keys.open_session(ROOT_KEY.as_bytes()).await.unwrap().1.reveal().to_owned()
}

fn takes(keys: &Keys, session: &str) -> bool {
    keys.check(session.as_bytes()).is_some()
}

#[tokio::test]
async fn nothing_of_the_root_key_says_how_a_session_is_signed() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let session = opened(&keys(&one)).await;
    assert!(takes(&keys(&one), &session));
    assert!(!takes(&keys(&other), &session), "the same root key");
    assert!(!takes(&Keys::root(ROOT_KEY), &opened(&Keys::root(ROOT_KEY)).await));
    let managed = || Keys::root(ROOT_KEY).managed();
    assert!(!takes(&managed(), &opened(&managed()).await));
}

#[tokio::test]
async fn the_secret_is_made_when_it_is_needed_and_only_its_owner_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(".davit/session.key");
    let (here, there) = (keys(&directory), keys(&directory));
    here.sessions.look();
    assert!(here.open_session(b"wrong").await.is_none() && !file.exists());
    let (one, other) = (opened(&here).await, opened(&there).await);
    let metadata = fs::metadata(&file).unwrap();
    assert_eq!((metadata.len(), metadata.permissions().mode() & 0o777), (32, 0o600));
    for keys in [&here, &there, &keys(&directory)] {
        assert!(takes(keys, &one) && takes(keys, &other), "one secret for all processes");
    }
}

#[tokio::test]
async fn a_session_ends_when_the_root_key_changes_and_the_secret_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let keys = keys(&directory);
    let session = opened(&keys).await;
    keys.root.take("another-root-key");
    assert!(!takes(&keys, &session));
    keys.root.take(ROOT_KEY);
    assert!(takes(&keys, &session));
}

#[tokio::test]
async fn a_secret_that_cannot_be_kept_lasts_as_long_as_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(".davit/session.key");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, [7; 31]).unwrap();
    let first = keys(&directory);
    let session = opened(&first).await;
    assert!(takes(&first, &session) && !takes(&keys(&directory), &session));
    assert_eq!(fs::read(&file).unwrap(), [7; 31], "it is not written over");
}
