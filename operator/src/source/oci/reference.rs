//! What a reference says, and what it leaves to be assumed as Docker's users
//! expect.

use std::fmt;
use std::str::FromStr;

use davit_plugin::Digest;

use super::OciError;

/// An artifact in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciReference {
    named: oci_client::Reference,
    version: Version,
    assumed: Vec<&'static str>,
}

/// Which one of a repository's artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// The one that bears this tag now.
    Tag(String),
    /// The one whose manifest has this digest, whatever tag stands beside it.
    Digest(Digest),
}

impl OciReference {
    /// The registry as people name it: `ghcr.io`, `localhost:5000`, `docker.io`.
    pub fn registry(&self) -> &str {
        self.named.registry()
    }

    /// Where the registry's API is: `host` or `host:port`.
    pub fn host(&self) -> &str {
        self.named.resolve_registry()
    }

    /// The repository within the registry: `acme/hello`.
    pub fn repository(&self) -> &str {
        self.named.repository()
    }

    /// Which one of the repository's artifacts.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The digest of the manifest, if the reference names it.
    pub fn digest(&self) -> Option<Digest> {
        match self.version {
            Version::Digest(digest) => Some(digest),
            Version::Tag(_) => None,
        }
    }

    /// What the text did not say, for people; empty if it said all.
    pub fn assumed(&self) -> String {
        match &self.assumed[..] {
            [] => String::new(),
            assumed => format!(" ({})", assumed.join(", ")),
        }
    }

    /// `registry/repository`, without a version.
    pub fn place(&self) -> String {
        format!("{}/{}", self.registry(), self.repository())
    }

    /// The same with the digest of a manifest: what does not move.
    pub fn at(&self, manifest: Digest) -> String {
        format!("{}@{manifest}", self.place())
    }

    /// The tag or digest as the registry's API has it.
    pub(super) fn version_text(&self) -> String {
        match &self.version {
            Version::Tag(tag) => tag.clone(),
            Version::Digest(digest) => digest.to_string(),
        }
    }
}

impl FromStr for OciReference {
    type Err = OciError;

    fn from_str(text: &str) -> Result<Self, OciError> {
        let wrong =
            |why: &dyn fmt::Display| OciError::Reference { text: text.to_owned(), why: why.to_string() };
        let named: oci_client::Reference = text.parse().map_err(|error| wrong(&error))?;
        let version = match (named.digest(), named.tag()) {
            (Some(digest), _) => Version::Digest(digest.parse().map_err(|error| wrong(&error))?),
            (None, Some(tag)) => Version::Tag(tag.to_owned()),
            (None, None) => return Err(wrong(&"it names neither a tag nor a digest")),
        };
        let mut assumed = Vec::new();
        if named.registry() == "docker.io"
            && !text.starts_with("docker.io/")
            && !text.starts_with("index.docker.io/")
        {
            assumed.push("it names no registry, so docker.io is assumed");
        }
        if matches!(&version, Version::Tag(tag) if !text.ends_with(&format!(":{tag}"))) {
            assumed.push("it names no tag, so latest is assumed");
        }
        Ok(Self { named, version, assumed })
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.digest().is_some() { '@' } else { ':' };
        write!(f, "{}{separator}{}", self.place(), self.version_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_assumed() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let table = [
            ("ghcr.io/acme/hello:1.2.0", "ghcr.io/acme/hello:1.2.0", ""),
            (
                "localhost:5000/hello",
                "localhost:5000/hello:latest",
                " (it names no tag, so latest is assumed)",
            ),
            ("127.0.0.1/hello:1", "127.0.0.1/hello:1", ""),
            (
                "hello",
                "docker.io/library/hello:latest",
                " (it names no registry, so docker.io is assumed, it names no tag, so latest is assumed)",
            ),
            ("acme/hello:1", "docker.io/acme/hello:1", " (it names no registry, so docker.io is assumed)"),
            ("docker.io/acme/hello:1", "docker.io/acme/hello:1", ""),
            ("index.docker.io/hello:1", "docker.io/library/hello:1", ""),
        ];
        for (text, whole, assumed) in table {
            let reference: OciReference = text.parse().unwrap();
            assert_eq!((reference.to_string(), reference.assumed()), (whole.to_owned(), assumed.to_owned()));
        }
        let both: OciReference = format!("ghcr.io/acme/hello:1@{digest}").parse().unwrap();
        assert_eq!(
            (both.to_string(), both.assumed()),
            (format!("ghcr.io/acme/hello@{digest}"), String::new())
        );
        assert_eq!(both.digest(), Some(digest.parse().unwrap()));
    }

    #[test]
    fn refuses_what_is_none_and_digests_of_other_kinds() {
        let sha512 = format!("ghcr.io/acme/hello@sha512:{}", "a".repeat(128));
        let upper = format!("ghcr.io/acme/hello@sha256:{}", "A".repeat(64));
        let table = [
            "",
            "ghcr.io/",
            "ghcr.io/Acme/hello:1",
            "https://ghcr.io/acme/hello:1",
            "ghcr.io/acme/hello:",
            "ghcr.io/acme/../hello",
            "ghcr.io/acme/hello@sha256:00",
            &sha512,
            &upper,
        ];
        for text in table {
            let error = text.parse::<OciReference>().unwrap_err();
            assert!(matches!(error, OciError::Reference { .. }), "{text}: {error}");
        }
    }
}
