//! Conditions as the API has them, made from what is said now and what was said
//! before.

use std::fmt;

use davit_plugin::Reason;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::ConditionType;

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It is not known yet.
    Unknown,
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl ConditionType {
    /// The condition for this `generation`. Its time is that of the last change
    /// of its status: `now`, unless `before` has it with the same status.
    pub fn condition(
        self,
        truth: Truth,
        reason: Reason,
        message: impl Into<String>,
        generation: i64,
        before: &[Condition],
        now: Timestamp,
    ) -> Condition {
        let (type_, status) = (self.to_string(), truth.to_string());
        let same = before.iter().find(|condition| condition.type_ == type_ && condition.status == status);
        Condition {
            last_transition_time: same.map_or(Time(now), |condition| condition.last_transition_time.clone()),
            message: message.into(),
            observed_generation: Some(generation),
            reason: reason.to_string(),
            status,
            type_,
        }
    }

    /// The condition of this type.
    pub fn find(self, conditions: &[Condition]) -> Option<&Condition> {
        conditions.iter().find(|condition| condition.type_ == self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn keeps_its_time_until_its_status_changes() {
        let ready = |truth, reason, before: &[Condition], second| {
            ConditionType::Ready.condition(truth, reason, "said", 3, before, at(second))
        };
        let first = ready(Truth::False, Reason::TagNotFound, &[], 10);
        let same = ready(Truth::False, Reason::RegistryDenied, std::slice::from_ref(&first), 20);
        let changed = ready(Truth::True, Reason::Serving, std::slice::from_ref(&same), 30);
        let times = [&first, &same, &changed].map(|condition| condition.last_transition_time.0);
        assert_eq!(times, [at(10), at(10), at(30)]);
        assert_eq!((same.reason.as_str(), changed.status.as_str()), ("RegistryDenied", "True"));
        assert_eq!(changed.observed_generation, Some(3));
    }

    #[test]
    fn is_found_by_its_type_alone() {
        let verified = ConditionType::Verified.condition(Truth::True, Reason::Verified, "", 1, &[], at(0));
        let all = [verified.clone()];
        assert_eq!(ConditionType::Verified.find(&all), Some(&verified));
        assert_eq!(ConditionType::Ready.find(&all), None);
    }
}
