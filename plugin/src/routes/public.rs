//! The public routes of one plugin, compiled once.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use regex::RegexSet;
use serde::{Deserialize, Serialize};

use super::pattern::{self, InvalidPattern};
use crate::shown::shown;

/// More patterns than this are refused.
pub const MAX_PATTERNS: usize = 256;

/// The methods that a public route is open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the variants are HTTP's own words")]
pub enum Methods {
    All,
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

/// The text is not a method that routes can be opened for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a method: write GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL")]
pub struct InvalidMethod(String);

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "ALL",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        })
    }
}

impl FromStr for Methods {
    type Err = InvalidMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "ALL" => Self::All,
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            other => return Err(InvalidMethod(shown(other))),
        })
    }
}

/// The patterns of one plugin's public routes by method, relative to its base.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Methods, Vec<String>>", into = "BTreeMap<Methods, Vec<String>>")]
pub struct PublicRoutes {
    patterns: BTreeMap<Methods, Vec<String>>,
    compiled: BTreeMap<Methods, RegexSet>,
}

impl PublicRoutes {
    /// Compiles checked and unchecked patterns alike.
    pub fn compile(routes: impl IntoIterator<Item = (Methods, String)>) -> Result<Self, InvalidPattern> {
        let mut patterns = BTreeMap::<Methods, Vec<String>>::new();
        for (methods, pattern) in routes {
            pattern::check(&pattern)?;
            patterns.entry(methods).or_default().push(pattern);
        }
        let compiled = patterns.iter().map(|(methods, patterns)| Ok((*methods, compile(patterns)?)));
        Ok(Self { compiled: compiled.collect::<Result<_, _>>()?, patterns })
    }

    /// Whether a request needs no key. `path` is normalised and relative to the
    /// base, with its slash. A public GET is public for HEAD.
    pub fn allow(&self, method: &str, path: &str) -> bool {
        let opened_for = |methods| self.compiled.get(&methods).is_some_and(|set| set.is_match(path));
        let own = method.parse::<Methods>().ok().filter(|methods| *methods != Methods::All);
        opened_for(Methods::All) && own.is_some()
            || own.is_some_and(opened_for)
            || own == Some(Methods::Head) && opened_for(Methods::Get)
    }
}

impl PublicRoutes {
    /// The routes that are open here and not in `granted`, pattern by pattern:
    /// one that another pattern covers counts as not granted.
    pub fn beyond<'a>(&'a self, granted: &'a Self) -> impl Iterator<Item = (Methods, &'a str)> {
        let has = |methods: &Methods, pattern: &String| {
            let opened = |methods| granted.patterns.get(methods).is_some_and(|list| list.contains(pattern));
            opened(methods) || opened(&Methods::All)
        };
        let all = self.patterns.iter().flat_map(|(methods, list)| list.iter().map(move |one| (methods, one)));
        all.filter(move |(methods, pattern)| !has(methods, pattern))
            .map(|(methods, pattern)| (*methods, pattern.as_str()))
    }
}

fn compile(patterns: &[String]) -> Result<RegexSet, InvalidPattern> {
    let regexes = patterns.iter().map(|pattern| pattern::to_regex(pattern));
    RegexSet::new(regexes).map_err(|_| pattern::too_complex(&patterns[0]))
}

impl PartialEq for PublicRoutes {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl TryFrom<BTreeMap<Methods, Vec<String>>> for PublicRoutes {
    type Error = InvalidPattern;

    fn try_from(patterns: BTreeMap<Methods, Vec<String>>) -> Result<Self, Self::Error> {
        let routes =
            patterns.into_iter().flat_map(|(methods, list)| list.into_iter().map(move |one| (methods, one)));
        Self::compile(routes)
    }
}

impl From<PublicRoutes> for BTreeMap<Methods, Vec<String>> {
    fn from(routes: PublicRoutes) -> Self {
        routes.patterns
    }
}
