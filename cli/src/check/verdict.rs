//! What is said about one plugin.

use std::fmt;

use davit_plugin::reason::Problem;
use davit_plugin::{Base, PluginName, Version};

use super::Alone;
use crate::{say, size};

/// The result of one plugin's check.
#[derive(Debug)]
pub struct Verdict {
    /// What it is, or one line for each fault.
    pub outcome: Result<Passed, Vec<String>>,
    /// What has no effect, one line each.
    pub warnings: Vec<String>,
    /// All that its build script printed, if it ran.
    pub build_output: Option<String>,
}

/// A plugin that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Its name.
    pub name: PluginName,
    /// Its version.
    pub version: Version,
    /// Where it is served.
    pub base: Option<Base>,
    /// The files in its package.
    pub files: usize,
    /// The size of its package in bytes.
    pub packed: u64,
    /// Whether its manifest turns it on.
    pub enabled: bool,
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, base, files, packed, enabled } = self;
        write!(f, "{name} {version} (")?;
        match base {
            Some(base) => write!(f, "{base}")?,
            None => write!(f, "no base")?,
        }
        let s = if *files == 1 { "" } else { "s" };
        write!(f, ", {files} file{s}, {} packed", size::shown(*packed))?;
        f.write_str(if *enabled { ")" } else { ", turned off)" })
    }
}

impl Verdict {
    /// Sums up what was found alone and together with the others.
    pub(super) fn of(alone: Alone, problem: Option<Problem>) -> Self {
        let build_output = alone.build_output().map(str::to_owned);
        let file = alone.folder.manifest_file().display();
        let package = match alone.package {
            Ok(package) => package,
            Err(error) => return Self { outcome: Err(error.lines()), warnings: Vec::new(), build_output },
        };
        let manifest = package.contents.manifest;
        let warnings = manifest.warnings.iter();
        let warnings =
            warnings.map(|found| format!("{file}:{}:{}: {}", found.at.line, found.at.column, found.message));
        let outcome = match problem {
            Some(problem) => Err(vec![format!("{file}: {}", problem.message)]),
            None => Ok(Passed {
                name: manifest.name,
                version: manifest.version,
                base: manifest.base,
                files: package.files,
                packed: package.packed.bytes.len() as u64,
                enabled: manifest.enabled,
            }),
        };
        Self { outcome, warnings: warnings.collect(), build_output }
    }

    /// Prints it; with `verbose` also what the build script printed.
    pub(super) fn say(&self, verbose: bool) {
        if let Some(output) = self.build_output.as_ref().filter(|_| verbose) {
            say::note(output.trim_end());
        }
        for warning in &self.warnings {
            say::note(format_args!("{}warning:{:#} {warning}", say::DOUBT, say::DOUBT));
        }
        match &self.outcome {
            Ok(passed) => say::line(format_args!("{}ok{:#} {passed}", say::GOOD, say::GOOD)),
            Err(faults) => faults.iter().for_each(say::note),
        }
    }
}
