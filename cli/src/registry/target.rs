//! Where a package is pushed to.

use std::fmt;
use std::str::FromStr;

use davit_plugin::Version;
use oci_client::Reference;

/// `registry/repository`, with or without a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    reference: Reference,
    tagged: bool,
}

/// A text that names no place to push to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It is no reference.
    #[error("{0}: name it as registry/repository:tag, in lower case, e.g. ghcr.io/acme/hello:1.2.0")]
    Malformed(String),
    /// It names bytes, which a push makes.
    #[error("a push goes to a tag: leave out what follows the @")]
    Digest,
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let plain = text.strip_prefix("oci://").unwrap_or(text);
        let reference: Reference =
            plain.parse().map_err(|error| InvalidTarget::Malformed(format!("{error}")))?;
        if reference.digest().is_some() {
            return Err(InvalidTarget::Digest);
        }
        // The parser adds `latest` where there is no tag.
        let tagged = plain.rsplit('/').next().is_some_and(|last| last.contains(':'));
        Ok(Self { reference, tagged })
    }
}

impl Target {
    /// The reference to push to; where none is named, the version is the tag,
    /// with `_` for the `+` that tags do not have.
    pub fn reference(&self, version: &Version) -> Reference {
        if self.tagged {
            return self.reference.clone();
        }
        let (registry, repository) = (self.reference.registry(), self.reference.repository());
        let tag = version.to_string().replace('+', "_");
        Reference::with_tag(registry.to_owned(), repository.to_owned(), tag)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_tag_where_none_is_named() {
        let version = "1.2.0+build.5".parse().unwrap();
        let table = [
            ("ghcr.io/acme/hello:edge", "ghcr.io/acme/hello:edge"),
            ("ghcr.io/acme/hello", "ghcr.io/acme/hello:1.2.0_build.5"),
            ("oci://localhost:5000/hello", "localhost:5000/hello:1.2.0_build.5"),
            ("localhost:5000/a/b:c", "localhost:5000/a/b:c"),
        ];
        for (text, expected) in table {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.reference(&version).whole(), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_tag_to_be_is_refused() {
        let by_digest = format!("ghcr.io/acme/hello@sha256:{}", "0".repeat(64));
        assert_eq!(by_digest.parse::<Target>(), Err(InvalidTarget::Digest));
        for text in ["", "ghcr.io/Acme/hello:1", "a b", "ghcr.io/acme/hello:"] {
            assert!(matches!(text.parse::<Target>(), Err(InvalidTarget::Malformed(_))), "{text}");
        }
    }
}
