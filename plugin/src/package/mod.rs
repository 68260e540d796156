//! Packages: a plugin's folder as one gzip'd tar, and archives from anywhere
//! back into a folder.
//!
//! ```text
//! folder  → walk → tree → links → tar.gz                    pack: same folder, same bytes
//! archive → tar.gz | zip → tree → layout → links → folder   unpack: all or nothing
//! ```
//!
//! Both ways share the rules of [`Violation`] and the bounds of [`Limits`], so what
//! packs also unpacks. File access: `pack` reads below its folder; `unpack` writes into
//! a temporary folder beside its target ([`STAGING_PREFIX`]) and renames at the end.

mod entry_path;
mod format;
mod layout;
mod limits;
mod link;
mod metered;
mod pack;
mod pack_error;
mod shown;
mod staging;
mod tar_extensions;
mod tar_gz;
mod tree;
mod unpack;
mod unpack_error;
mod violation;
mod walk;
mod zip;

pub use limits::Limits;
pub use pack::{PackOptions, Packed, pack};
pub use pack_error::PackError;
pub use staging::STAGING_PREFIX;
pub use unpack::{Unpacked, unpack, unpack_bytes, unpack_file};
pub use unpack_error::UnpackError;
pub use violation::Violation;

/// The modification time of every file in a package and in an unpacked tree, in seconds
/// since 1970: 1980-01-01T00:00:00Z, the earliest that zip can hold too.
pub const MODIFIED: u64 = 315_532_800;
