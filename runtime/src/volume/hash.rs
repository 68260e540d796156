//! Digests of what comes in pieces.

use std::io::{self, Read};

use davit_plugin::Digest;
use sha2::{Digest as _, Sha256};

/// Hashes bytes piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Digest {
        let hex = hex::encode(self.0.finalize());
        format!("sha256:{hex}").parse().expect("a SHA-256 has 64 hexadecimal digits")
    }
}

/// The digest of all that `bytes` yields.
pub fn digest(mut bytes: impl Read) -> io::Result<Digest> {
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 64 << 10]);
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let mut hasher = Hasher::default();
        bytes.chunks(777).for_each(|piece| hasher.update(piece));
        assert_eq!(hasher.finish(), Digest::of(&bytes));
        assert_eq!(digest(&bytes[..]).unwrap(), Digest::of(&bytes));
    }
}
