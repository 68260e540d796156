//! Tar archives byte by byte, also those that no honest tool writes.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A tar in the making.
#[derive(Default, Clone)]
pub(crate) struct Tar {
    pub(crate) bytes: Vec<u8>,
    /// Where the headers lie in `bytes`.
    pub(crate) headers: Vec<usize>,
}

impl Tar {
    /// A tar with a manifest at the top.
    pub(crate) fn plugin() -> Self {
        Self::default().file("manifest.yaml", "name: hostile\n")
    }

    pub(crate) fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.entry(b'0', name, "", content, 0o644)
    }

    pub(crate) fn folder(self, name: impl AsRef<[u8]>) -> Self {
        self.entry(b'5', name, "", "", 0o755)
    }

    pub(crate) fn link(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.entry(b'2', name, target, "", 0o777)
    }

    /// An entry of another kind, without content.
    pub(crate) fn special(self, kind: u8, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.entry(kind, name, target, "", 0o644)
    }

    /// An extended header: `x` and `g` with pax records, `L` and `K` with a long name.
    pub(crate) fn extension(self, kind: u8, content: impl AsRef<[u8]>) -> Self {
        self.entry(kind, "extension", "", content, 0o644)
    }

    /// A pax header with these records.
    pub(crate) fn pax(self, records: &[(&str, &[u8])]) -> Self {
        self.extension(
            b'x',
            records.iter().flat_map(|(key, value)| pax_record(key, value)).collect::<Vec<_>>(),
        )
    }

    pub(crate) fn entry(
        self,
        kind: u8,
        name: impl AsRef<[u8]>,
        link: impl AsRef<[u8]>,
        content: impl AsRef<[u8]>,
        mode: u32,
    ) -> Self {
        let size = format!("{:011o}", content.as_ref().len());
        let header = header(kind, name.as_ref(), link.as_ref(), size.as_bytes(), mode);
        self.raw_header(&header).content(content)
    }

    /// A header that may lie about its size.
    pub(crate) fn raw_header(mut self, header: &[u8; 512]) -> Self {
        self.headers.push(self.bytes.len());
        self.bytes.extend(header);
        self
    }

    pub(crate) fn content(mut self, content: impl AsRef<[u8]>) -> Self {
        self.bytes.extend(content.as_ref());
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// The tar with its end mark.
    pub(crate) fn ended(mut self) -> Vec<u8> {
        self.bytes.extend([0; 1024]);
        self.bytes
    }

    /// The gzip'd tar.
    pub(crate) fn gz(self) -> Vec<u8> {
        gz(&self.ended())
    }
}

/// A header with its sum; `size` is the field as it stands.
pub(crate) fn header(kind: u8, name: &[u8], link: &[u8], size: &[u8], mode: u32) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..107].copy_from_slice(format!("{mode:07o}").as_bytes());
    header[108..115].copy_from_slice(b"0001750");
    header[116..123].copy_from_slice(b"0001750");
    header[124..124 + size.len()].copy_from_slice(size);
    header[136..147].copy_from_slice(b"14371573000");
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link);
    header[257..265].copy_from_slice(b"ustar\x0000");
    sum(&mut header);
    header
}

/// Writes a header's sum into it.
pub(crate) fn sum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
}

/// `<length> <key>=<value>\n`, the length counting itself.
pub(crate) fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (1..9).map(|digits| rest + digits).find(|length| rest + length.to_string().len() == *length);
    [length.unwrap().to_string().as_bytes(), b" ", key.as_bytes(), b"=", value, b"\n"].concat()
}

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
