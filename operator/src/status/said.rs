//! What a condition says, before it is dated.

use davit_crds::condition::Truth;
use davit_crds::{Condition, ConditionType};
use davit_plugin::reason::Problem;
use jiff::Timestamp;

/// The longest message of a condition, in bytes. The API server takes 32 KiB; a
/// person reads less.
const MAX_MESSAGE: usize = 4 << 10;

/// One condition, without its generation and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) kind: ConditionType,
    pub(super) truth: Truth,
    pub(super) problem: Problem,
}

impl Said {
    pub(super) fn new(kind: ConditionType, truth: Truth, problem: Problem) -> Self {
        Self { kind, truth, problem }
    }

    /// The condition for this generation, with the time of the one before if its
    /// status is the same.
    pub(super) fn dated(self, generation: i64, before: &[Condition], now: Timestamp) -> Condition {
        let Problem { reason, message } = self.problem;
        let message = bounded(message, MAX_MESSAGE);
        self.kind.condition(self.truth, reason, message, generation, before, now)
    }
}

/// What a condition says; unknown if that is no word of the API.
pub(super) fn truth(condition: &Condition) -> Truth {
    let words = [Truth::True, Truth::False];
    words.into_iter().find(|truth| truth.to_string() == condition.status).unwrap_or(Truth::Unknown)
}

/// The text, cut to at most `limit` bytes.
pub(super) fn bounded(mut text: String, limit: usize) -> String {
    const CUT: &str = "…";
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit.saturating_sub(CUT.len())));
        text.push_str(CUT);
    }
    text
}
