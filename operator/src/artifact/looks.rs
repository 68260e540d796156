//! When each Plugin's source was asked, and when it is to be asked again.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use davit_crds::{Plugin, REQUESTED_AT, Source};
use kube::ResourceExt as _;

/// How often a tag is asked again.
const INTERVAL: Duration = Duration::from_mins(5);
/// After the first failure; doubled with each further one, up to [`INTERVAL`].
const FIRST: Duration = Duration::from_secs(1);

/// What a Plugin asks for. Another one is asked at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    generation: i64,
    requested_at: Option<String>,
    source: Source,
}

impl Question {
    pub(super) fn of(plugin: &Plugin) -> Self {
        Self {
            generation: plugin.metadata.generation.unwrap_or_default(),
            requested_at: plugin.annotations().get(REQUESTED_AT).cloned(),
            source: plugin.spec.source.clone(),
        }
    }
}

/// When sources were asked, by the Plugins' UIDs.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<String, Look>>);

#[derive(Debug)]
struct Look {
    question: Question,
    failures: u32,
    due: Instant,
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Good,
    /// It can be cured; the source may have said when it wants to be asked again.
    Failed(Option<Duration>),
}

impl Looks {
    /// How long this question has to wait still; none if it is to be asked now.
    pub(super) fn rest(&self, uid: &str, question: &Question, now: Instant) -> Option<Duration> {
        let all = self.held();
        let look = all.get(uid).filter(|look| look.question == *question)?;
        Some(look.due.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }

    /// Whether the last question was about this source.
    pub(super) fn is_same_source(&self, uid: &str, source: &Source) -> bool {
        self.held().get(uid).is_some_and(|look| look.question.source == *source)
    }

    /// Notes how a look ended; says when the next one is due.
    pub(super) fn ended(&self, uid: &str, question: Question, outcome: Outcome, now: Instant) -> Duration {
        let mut all = self.held();
        let before = all.get(uid).filter(|look| look.question == question).map_or(0, |look| look.failures);
        let (failures, wait) = match outcome {
            Outcome::Good => (0, jittered(INTERVAL)),
            Outcome::Failed(asked) => (before + 1, asked.unwrap_or_else(|| jittered(after(before + 1)))),
        };
        all.insert(uid.to_owned(), Look { question, failures, due: now + wait });
        wait
    }

    /// Forgets all but the Plugins with these UIDs.
    pub(super) fn retain(&self, exists: impl Fn(&str) -> bool) {
        self.held().retain(|uid, _| exists(uid));
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wait after so many failures in a row.
fn after(failures: u32) -> Duration {
    FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(INTERVAL)
}

/// A tenth more or less, so that many Plugins do not ask a registry at once.
fn jittered(wait: Duration) -> Duration {
    let random = std::hash::RandomState::new().build_hasher().finish();
    // Between 900 and 1100 thousandths.
    wait.saturating_mul(900 + u32::try_from(random % 201).unwrap_or_default()) / 1000
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn question(generation: i64, annotations: &Value) -> Question {
        let plugin = json!({
            "apiVersion": "davit.dev/v1alpha1", "kind": "Plugin",
            "metadata": { "name": "a", "generation": generation, "annotations": annotations },
            "spec": { "source": { "configMap": { "name": "c" } } },
        });
        Question::of(&serde_json::from_value(plugin).unwrap())
    }

    fn near(found: Duration, seconds: u64) -> bool {
        let wanted = Duration::from_secs(seconds);
        found >= wanted * 9 / 10 && found <= wanted * 11 / 10
    }

    #[test]
    fn failures_wait_longer_and_longer_and_a_success_ends_that() {
        let (looks, now, asked) = (Looks::default(), Instant::now(), question(1, &json!({})));
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let wait = looks.ended("u", asked.clone(), Outcome::Failed(None), now);
            assert!(near(wait, seconds), "{wait:?} is not about {seconds} s");
        }
        assert!(near(looks.ended("u", asked.clone(), Outcome::Good, now), 300));
        assert!(near(looks.ended("u", asked.clone(), Outcome::Failed(None), now), 1));
        let told = Some(Duration::from_secs(42));
        assert_eq!(Some(looks.ended("u", asked, Outcome::Failed(told), now)), told);
    }

    #[test]
    fn what_is_asked_anew_is_asked_at_once() {
        let (looks, now) = (Looks::default(), Instant::now());
        let asked = question(1, &json!({ "other": "x" }));
        assert_eq!(looks.rest("u", &asked, now), None);
        let wait = looks.ended("u", asked.clone(), Outcome::Failed(None), now);
        assert_eq!(looks.rest("u", &asked, now), Some(wait));
        assert_eq!(looks.rest("u", &question(1, &json!({})), now), Some(wait));
        assert_eq!(looks.rest("u", &asked, now + wait), None);
        assert_eq!(looks.rest("u", &question(2, &json!({})), now), None);
        assert_eq!(looks.rest("u", &question(1, &json!({ REQUESTED_AT: "now" })), now), None);
        assert_eq!(looks.rest("v", &asked, now), None);
        looks.retain(|_| false);
        assert_eq!(looks.rest("u", &asked, now), None);
    }
}
