//! What has been said about resources: nothing is said twice in a row.

use std::collections::BTreeMap;

use davit_plugin::reason::Problem;

use crate::dev::show;
use crate::say::{self, BAD, GOOD};

/// The last words.
#[derive(Debug, Default)]
pub(super) struct Said {
    files: Option<String>,
    problems: BTreeMap<String, Problem>,
}

impl Said {
    /// The files cannot be used, or can again.
    pub(super) fn files(&mut self, wrong: Option<String>) {
        match &wrong {
            Some(text) if self.files != wrong => {
                say::line(format_args!("  {BAD}✗{BAD:#} {text}; what was read before goes on"));
            }
            None if self.files.is_some() => {
                say::line(format_args!("  {GOOD}✓{GOOD:#} the resources are read again"));
            }
            _ => {}
        }
        self.files = wrong;
    }

    /// A Plugin's source has a problem, or none any more. `serves` says whether an
    /// older package goes on.
    pub(super) fn problem(&mut self, label: &str, problem: Option<&Problem>, serves: bool) {
        match problem {
            Some(problem) if self.problems.get(label) != Some(problem) => {
                say::line(show::problem_line(label, problem, serves));
                self.problems.insert(label.to_owned(), problem.clone());
            }
            None if self.problems.remove(label).is_some() && serves => {
                say::line(format_args!("  {GOOD}✓{GOOD:#} {label}  its source answers again"));
            }
            _ => {}
        }
    }

    /// Forgets what was said of others than these.
    pub(super) fn retain(&mut self, labels: impl Fn(&str) -> bool) {
        self.problems.retain(|label, _| labels(label));
    }
}
