//! The bounds of a package.

/// Bounds of a package (interfaces §3, "Bounds"), the same for packing and unpacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive. Default 100 MiB.
    pub packed: u64,
    /// Bytes of all files together, counted as they are read. Default 400 MiB.
    pub unpacked: u64,
    /// Files, folders (named or implied by a path) and links. Default 20,000.
    pub entries: usize,
    /// Segments of a path, also of the path in the archive. Default 32.
    pub depth: usize,
    /// Bytes of a whole path in the archive, and of a link's target. Default 1,024.
    pub path: usize,
    /// Bytes of one segment of a path. Default 255, which file systems share.
    pub segment: usize,
    /// Symbolic links. Default 2,000.
    pub links: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packed: 100 << 20,
            unpacked: 400 << 20,
            entries: 20_000,
            depth: 32,
            path: 1_024,
            segment: 255,
            links: 2_000,
        }
    }
}
