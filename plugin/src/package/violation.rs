//! What a package may not contain, however it arrives.

/// A rule that a package's content breaks. Names are escaped and cut, fit for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The path is absolute, has a `..`, a drive letter or a backslash.
    #[error(
        "`{path}` could lead out of the package: name each file by its path below the plugin's folder, \
         without `..`, a leading `/`, a drive letter or a backslash"
    )]
    PathTraversal {
        /// The path as the archive has it.
        path: String,
    },
    /// A name that not every system can hold, or that looks like another one.
    #[error("`{path}` {why}: rename it")]
    NameInvalid {
        /// The path as the archive has it.
        path: String,
        /// What is wrong with the name.
        why: &'static str,
    },
    /// The path, one segment of it, or a link's target is too long.
    #[error("`{path}` is longer than {limit} bytes: shorten its names")]
    PathTooLong {
        /// The path, or the segment.
        path: String,
        /// The longest allowed, in bytes.
        limit: usize,
    },
    /// The path has too many segments.
    #[error("`{path}` lies deeper than {limit} folders: make the tree flatter")]
    PathTooDeep {
        /// The path as the archive has it.
        path: String,
        /// The most segments allowed.
        limit: usize,
    },
    /// The metadata before an entry is too large to be honest.
    #[error("an extended header has more than {limit} bytes: pack again without extended attributes")]
    HeaderTooLarge {
        /// The most bytes allowed.
        limit: u64,
    },
    /// The same path twice.
    #[error("`{path}` is in the package twice: pack it again, once")]
    DuplicateEntry {
        /// The path.
        path: String,
    },
    /// Two paths, also of folders, that differ only in upper and lower case.
    #[error(
        "`{path}` and `{other}` differ only in upper and lower case, and are one on some systems: rename one"
    )]
    CaseCollision {
        /// The later path.
        path: String,
        /// The earlier path.
        other: String,
    },
    /// A file or link stands where a folder is needed, or the reverse.
    #[error("`{path}` needs a folder where `{other}` is a file or a link, or the reverse: remove one")]
    PathConflict {
        /// The later path.
        path: String,
        /// The path that both want.
        other: String,
    },
    /// An entry would be written through a link of the package.
    #[error("`{path}` would be written through the link `{link}`: put it where the link points")]
    PathThroughLink {
        /// The entry.
        path: String,
        /// The link.
        link: String,
    },
    /// A link leads out of the package, at once or through other links.
    #[error(
        "the link `{path}` leads out of the package (`{target}`): copy what it points to into the folder, \
         or remove it"
    )]
    LinkEscapes {
        /// The link.
        path: String,
        /// What it points to.
        target: String,
    },
    /// A link leads to nothing in the package, or round in circles.
    #[error(
        "the link `{path}` leads to nothing in the package (`{target}`; dot entries and node_modules \
         may have been left out): let it point to a file that is packed, or remove it"
    )]
    LinkBroken {
        /// The link.
        path: String,
        /// What it points to.
        target: String,
    },
    /// More links than allowed, or such as take too long to follow.
    #[error(
        "the package has more than {limit} symbolic links, or long chains of them: \
         replace them by files, or bundle the code"
    )]
    TooManyLinks {
        /// The most allowed.
        limit: usize,
    },
    /// More entries than allowed.
    #[error("the package has more than {limit} files and folders: bundle the code, leave node_modules out")]
    TooManyEntries {
        /// The most allowed.
        limit: usize,
    },
    /// More bytes than allowed.
    #[error("the package is larger than {} {form}: leave out what the plugin does not need", super::shown::size(*limit))]
    PackageTooLarge {
        /// `packed` or `unpacked`.
        form: &'static str,
        /// The most bytes allowed.
        limit: u64,
    },
    /// Something other than a plain file, folder or symbolic link.
    #[error("`{path}` is {what}: a package holds plain files, folders and symbolic links only")]
    UnsupportedEntry {
        /// The entry.
        path: String,
        /// What it is.
        what: &'static str,
    },
}

impl Violation {
    /// The stable word for clients, in upper snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PathTraversal { .. } => "PATH_TRAVERSAL",
            Self::NameInvalid { .. } => "NAME_INVALID",
            Self::PathTooLong { .. } => "PATH_TOO_LONG",
            Self::PathTooDeep { .. } => "PATH_TOO_DEEP",
            Self::HeaderTooLarge { .. } => "HEADER_TOO_LARGE",
            Self::DuplicateEntry { .. } => "DUPLICATE_ENTRY",
            Self::CaseCollision { .. } => "CASE_COLLISION",
            Self::PathConflict { .. } => "PATH_CONFLICT",
            Self::PathThroughLink { .. } => "PATH_THROUGH_LINK",
            Self::LinkEscapes { .. } => "LINK_ESCAPES",
            Self::LinkBroken { .. } => "LINK_BROKEN",
            Self::TooManyLinks { .. } => "TOO_MANY_LINKS",
            Self::TooManyEntries { .. } => "TOO_MANY_ENTRIES",
            Self::PackageTooLarge { .. } => "PACKAGE_TOO_LARGE",
            Self::UnsupportedEntry { .. } => "UNSUPPORTED_ENTRY",
        }
    }
}
