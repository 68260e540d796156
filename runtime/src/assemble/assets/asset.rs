//! One static file, and how it may be sent.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use davit_plugin::Digest;
use http::HeaderValue;

use super::hashed::is_hash_named;
use crate::volume::digest;

/// Files up to this size may be held in memory.
const SMALL: u64 = 64 << 10;

/// One static file.
#[derive(Debug)]
pub struct Asset {
    /// Its media type, also of its precompressed forms.
    pub content_type: HeaderValue,
    /// Whether its name changes with its bytes, so that it may be kept unasked.
    pub immutable: bool,
    /// Its bytes as they are.
    pub plain: Representation,
    /// Its precompressed forms, the best first.
    pub encoded: Vec<(Encoding, Representation)>,
}

/// A content coding that a package may bring beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli, `<file>.br`.
    Brotli,
    /// Gzip, `<file>.gz`.
    Gzip,
}

impl Encoding {
    /// All of them, the best first.
    pub const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What stands behind a file's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }
}

/// Bytes that can be sent for a file.
#[derive(Debug, Clone)]
pub struct Representation {
    /// Where they are.
    pub source: Source,
    /// How many.
    pub length: u64,
    /// A strong validator: the same for the same bytes, in whatever package.
    pub etag: HeaderValue,
}

/// Where bytes are.
#[derive(Debug, Clone)]
pub enum Source {
    /// Here.
    Memory(Bytes),
    /// In a file of a tree that is held.
    File(PathBuf),
}

impl Asset {
    /// The file at `path`, relative to the folder that is served. Its type and
    /// whether it is immutable come from its name.
    pub(super) fn new(path: &str, plain: Representation, encoded: Vec<(Encoding, Representation)>) -> Self {
        let guessed = mime_guess::from_path(path).first_or_octet_stream();
        let text = guessed.type_() == mime_guess::mime::TEXT && guessed.get_param("charset").is_none();
        let content_type = if text { format!("{guessed}; charset=utf-8") } else { guessed.to_string() };
        let content_type = HeaderValue::try_from(content_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        Self { content_type, immutable: is_hash_named(path), plain, encoded }
    }
}

impl Representation {
    /// Reads a file once: a small one stays in memory as far as `budget`, in bytes,
    /// goes; of a larger one only the digest is kept.
    pub(super) fn read(file: PathBuf, length: u64, budget: &mut u64) -> io::Result<Self> {
        if length <= SMALL && length <= *budget {
            let held = Self::of(std::fs::read(&file)?.into());
            *budget = budget.saturating_sub(held.length);
            return Ok(held);
        }
        let etag = etag(digest(File::open(&file)?)?);
        Ok(Self { source: Source::File(file), length, etag })
    }

    /// Bytes that are in no file.
    pub(super) fn of(bytes: Bytes) -> Self {
        let etag = etag(Digest::of(&bytes));
        Self { length: bytes.len() as u64, source: Source::Memory(bytes), etag }
    }
}

/// 128 bits tell the states of one address apart.
fn etag(digest: Digest) -> HeaderValue {
    let tag = format!("\"{}\"", &digest.hex()[..32]);
    HeaderValue::try_from(tag).expect("hexadecimal digits may stand in a header")
}
