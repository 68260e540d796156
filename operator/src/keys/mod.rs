//! The Secrets that `spec.apiKeySecrets` names → the keys that the plan brings to
//! every replica, and what is wrong with the others.
//!
//! ```text
//! names → read each by name → its key and role, or those of before → each key once
//! ```
//!
//! Secrets are never watched: the right to watch them would be one to read all of
//! a namespace. They are asked for again and again instead (`RECENT`, `EVERY`).

mod answer;
mod recent;
mod secret;

use std::collections::HashMap;
use std::time::Duration;

use davit_plugin::plan::PlannedKey;
use davit_plugin::reason::{Problem, Reason};
use futures::{StreamExt as _, stream};
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client};
use tokio::time::{Instant, timeout_at};

pub use recent::{EVERY, RecentKeys};

use answer::answered;
use secret::KeyTrouble;

/// How many Secrets of one PluginRuntime are asked for at once.
const AT_ONCE: usize = 8;
/// How long all of them may hold up a pass.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the Secrets came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The keys that count, sorted by name.
    pub planned: Vec<PlannedKey>,
    /// What is wrong with the other Secrets, by name.
    troubles: Vec<(String, KeyTrouble)>,
}

impl Keys {
    /// What the Secrets of these names have now. A Secret that nobody can say anything
    /// of is as it was `before`, for a while. One that is gone or wrong, or that the
    /// operator may not read, opens nothing.
    pub async fn read(client: &Client, namespace: &str, names: &[String], before: &Self) -> Self {
        let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
        let deadline = Instant::now() + PATIENCE;
        let asked = stream::iter(names).map(async |name| {
            let answer = timeout_at(deadline, secrets.get_opt(name)).await;
            (name.clone(), answered(name, answer, before, std::time::Instant::now()))
        });
        Self::of(asked.buffer_unordered(AT_ONCE).collect().await)
    }

    /// The keys of a plan.
    fn planned(planned: &[PlannedKey]) -> Self {
        Self { planned: planned.to_vec(), troubles: Vec::new() }
    }

    /// The key of the Secret `name`, and since when it could not be read, if so.
    fn known(&self, name: &str) -> Option<(PlannedKey, Option<std::time::Instant>)> {
        let key = self.planned.iter().find(|key| key.name == name)?;
        let since = self.troubles.iter().find_map(|(of, trouble)| match trouble {
            KeyTrouble::Unread { since, .. } if of == name => Some(*since),
            _ => None,
        });
        Some((key.clone(), since))
    }

    fn of(mut read: Vec<(String, Result<PlannedKey, KeyTrouble>)>) -> Self {
        read.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (mut keys, mut holders) = (Self::default(), HashMap::new());
        for (name, result) in read {
            let (found, trouble) = match result {
                Ok(key) => (Some(key), None),
                Err(trouble) => (trouble.kept().cloned(), Some(trouble)),
            };
            keys.troubles.extend(trouble.map(|trouble| (name.clone(), trouble)));
            let Some(key) = found else { continue };
            let holder = holders.entry(key.hash).or_insert_with(|| name.clone());
            if *holder == name {
                keys.planned.push(key);
            } else {
                keys.troubles.push((name, KeyTrouble::Same(holder.clone())));
            }
        }
        keys
    }

    /// What a person has to know and to do; none if every Secret has its key.
    pub fn problem(&self) -> Option<Problem> {
        let each: Vec<String> =
            self.troubles.iter().map(|(name, trouble)| format!("the Secret {name}: {trouble}")).collect();
        let message = || format!("not all of spec.apiKeySecrets can be used: {}", each.join("; "));
        (!each.is_empty()).then(|| Problem::new(Reason::SecretNotFound, message()))
    }
}

#[cfg(test)]
mod tests {
    use davit_plugin::plan::KeyRole;

    use super::*;

    fn planned(name: &str, key: &str) -> PlannedKey {
        PlannedKey::of(name, KeyRole::Viewer, key).unwrap()
    }

    fn names(keys: &Keys) -> Vec<&str> {
        keys.planned.iter().map(|key| key.name.as_str()).collect()
    }

    const ONE: &str = "one-0123456789abcdef";
    const TWO: &str = "two-0123456789abcdef";

    #[test]
    fn keys_are_sorted_and_a_bad_secret_is_told_and_leaves_the_rest() {
        let read = vec![
            ("c".to_owned(), Ok(planned("c", TWO))),
            ("b".to_owned(), Err(KeyTrouble::Absent)),
            ("a".to_owned(), Ok(planned("a", ONE))),
        ];
        let keys = Keys::of(read);
        assert_eq!(names(&keys), ["a", "c"]);
        let problem = keys.problem().unwrap();
        assert_eq!(problem.reason, Reason::SecretNotFound);
        assert!(problem.message.contains("the Secret b: it is not there"), "{problem}");
        assert_eq!(Keys::of(vec![("a".to_owned(), Ok(planned("a", ONE)))]).problem(), None);
    }

    #[tokio::test]
    async fn a_secret_that_cannot_be_asked_for_keeps_its_key_and_is_told() {
        // Nobody listens any more on a port that was just free.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = kube::Config::new(format!("http://{free}").parse().unwrap());
        let client = Client::try_from(config).unwrap();
        let named = ["b".to_owned(), "a".to_owned()];
        let before = Keys::planned(&[planned("a", ONE), planned("gone-from-the-list", TWO)]);
        let keys = Keys::read(&client, "apps", &named, &before).await;
        assert_eq!(names(&keys), ["a"]);
        let problem = keys.problem().unwrap();
        for says in ["the Secret a: it cannot be read", "the Secret b: it cannot be read"] {
            assert!(problem.message.contains(says), "{problem}");
        }
    }

    #[test]
    fn a_key_that_two_secrets_have_is_the_first_ones() {
        let read = vec![("b".to_owned(), Ok(planned("b", ONE))), ("a".to_owned(), Ok(planned("a", ONE)))];
        let keys = Keys::of(read);
        assert_eq!(names(&keys), ["a"]);
        assert!(
            keys.problem().unwrap().message.contains("the Secret b: it has the same key as the Secret a")
        );
    }
}
