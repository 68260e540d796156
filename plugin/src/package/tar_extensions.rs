//! Extended headers of tar: what pax records and GNU's long names say about the entry
//! that follows. Pure.

use std::borrow::Cow;

use super::shown;
use super::unpack_error::UnpackError;
use super::violation::Violation;

/// What extended headers said so far about the next entry.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
    any: bool,
}

impl Extensions {
    /// GNU's `L` header: the entry's path and a NUL.
    pub(super) fn long_name(&mut self, data: Vec<u8>) -> Result<(), UnpackError> {
        self.any = true;
        once(&mut self.path, without_nul(data), "path")
    }

    /// GNU's `K` header: the link's target and a NUL.
    pub(super) fn long_link(&mut self, data: Vec<u8>) -> Result<(), UnpackError> {
        self.any = true;
        once(&mut self.link, without_nul(data), "link target")
    }

    /// A pax header's records (POSIX.1-2017, pax, "pax Extended Header"). Others than
    /// these say nothing about names or content.
    pub(super) fn pax(&mut self, mut data: &[u8]) -> Result<(), UnpackError> {
        self.any = true;
        while !data.is_empty() {
            let (key, value, rest) =
                record(data).ok_or_else(|| UnpackError::invalid("a pax record is malformed"))?;
            data = rest;
            match key {
                b"path" => once(&mut self.path, value.to_vec(), "path")?,
                b"linkpath" => once(&mut self.link, value.to_vec(), "link target")?,
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok());
                    let size = size.ok_or_else(|| UnpackError::invalid("a pax size is not a number"))?;
                    once(&mut self.size, size, "size")?;
                }
                _ => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
        Ok(())
    }

    /// The path and link target of an entry whose own header has these.
    pub(super) fn apply(
        self,
        path: Cow<'_, [u8]>,
        link: Option<Cow<'_, [u8]>>,
        size: u64,
    ) -> Result<(Vec<u8>, Vec<u8>), UnpackError> {
        let path = self.path.unwrap_or_else(|| path.into_owned());
        if self.sparse {
            return Err(
                Violation::UnsupportedEntry { path: shown::name(&path), what: "a sparse file" }.into()
            );
        }
        // They may differ from 8 GiB on only, and readers disagree about which counts.
        if self.size.is_some_and(|said| said != size) {
            return Err(UnpackError::invalid("a pax size differs from that of the header"));
        }
        let link = self.link.or_else(|| link.map(Cow::into_owned)).unwrap_or_default();
        Ok((path, link))
    }

    /// At the end of the archive: an extended header without its entry is damage.
    pub(super) fn must_be_used(&self) -> Result<(), UnpackError> {
        if self.any { Err(UnpackError::invalid("it ends after an extended header")) } else { Ok(()) }
    }
}

/// Two values for one entry: readers disagree about which counts.
fn once<T>(slot: &mut Option<T>, value: T, what: &str) -> Result<(), UnpackError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(UnpackError::invalid(format!("extended headers name an entry's {what} twice"))),
    }
}

fn without_nul(mut data: Vec<u8>) -> Vec<u8> {
    if data.last() == Some(&0) {
        data.pop();
    }
    data
}

/// The first record of `data`, `<length> <key>=<value>\n`, where the length counts the
/// whole record, and what follows it.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let digits = data.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&data[..digits]).ok()?.parse().ok()?;
    let (record, rest) = data.split_at_checked(length)?;
    let text = record.get(digits + 1..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    Some((&text[..equals], &text[equals + 1..], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_taken_by_their_length() {
        let data = b"12 key=a\nb=\n11 path=abc\n";
        let (key, value, rest) = record(data).unwrap();
        assert_eq!((key, value), (&b"key"[..], &b"a\nb="[..]));
        assert!(record(rest).is_none(), "11 is not the length of `11 path=abc`");
    }

    #[test]
    fn malformed_records_are_no_records() {
        for data in ["12", " a=b\n", "3 a", "99 a=b\n", "5 a=b\n", "6 ab=c", "-1 a=b\n", "2 a=b\n", "6 abc\n"]
        {
            assert!(record(data.as_bytes()).is_none(), "{data:?}");
        }
    }
}
