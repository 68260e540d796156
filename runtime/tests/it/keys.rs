//! The root key in a file that changes.

use std::fs;

use davit_tests::until;
use reqwest::Method;

use crate::harness::{KEY, Replica};

const NEXT: &str = "the-next-root-key-of-the-tests";

async fn opens(replica: &Replica, key: &str) -> bool {
    let answer =
        replica.request(Method::GET, "/_/api/plugins").header("x-api-key", key).send().await.unwrap();
    answer.status() == 200
}

#[tokio::test]
async fn a_new_key_counts_without_a_restart_and_what_is_no_key_changes_nothing() {
    let replica = Replica::start().await;
    assert!(opens(&replica, KEY).await);
    for (spoil, says) in
        [(None, "cannot read the root key"), (Some("short"), "the root key has fewer than 16 characters")]
    {
        match spoil {
            None => fs::remove_file(replica.key_file()).unwrap(),
            Some(text) => fs::write(replica.key_file(), text).unwrap(),
        }
        replica.process().logs().line(says).await;
        assert!(opens(&replica, KEY).await, "{says}");
    }
    fs::write(replica.key_file(), format!("{NEXT}\n")).unwrap();
    until("the next key", async || opens(&replica, NEXT).await.then_some(())).await;
    assert!(!opens(&replica, KEY).await);
    let log = replica.process().logs().text();
    assert!(!log.contains(KEY) && !log.contains(NEXT));
    for says in ["cannot read the root key", "fewer than 16 characters"] {
        assert_eq!(log.matches(says).count(), 1, "it is said once: {says}");
    }
}
