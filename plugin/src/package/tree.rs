//! The tree that an archive describes, in memory: every rule is checked here before
//! anything is written.

use std::collections::HashMap;

use super::entry_path::{EntryPath, folded};
use super::limits::Limits;
use super::link::LinkTarget;
use super::violation::Violation;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A file of this many bytes.
    File {
        /// The number of bytes.
        size: u64,
    },
    /// A symbolic link.
    Link(LinkTarget),
}

#[derive(Debug)]
struct Node {
    path: EntryPath,
    kind: Kind,
    /// Named by an entry of its own, not only implied by what lies in it.
    named: bool,
}

/// A package's content: no path twice, no two that differ in case only, nothing in a
/// file or behind a link, within the bounds on numbers.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: HashMap<String, Node>,
    limits: Limits,
    links: usize,
}

impl Tree {
    /// An empty tree with these bounds.
    pub(super) fn new(limits: &Limits) -> Self {
        Self { nodes: HashMap::new(), limits: limits.clone(), links: 0 }
    }

    /// Adds an entry and returns the folders that come with it, from the top down.
    pub(super) fn add(&mut self, path: &EntryPath, kind: Kind) -> Result<Vec<EntryPath>, Violation> {
        let mut folders = Vec::new();
        let key = folded(path.as_str());
        let keys = key.match_indices('/').map(|(end, _)| &key[..end]);
        for (folder, key) in path.folders().zip(keys) {
            if self.place(key, &folder, Kind::Folder, false, path)? {
                folders.push(folder);
            }
        }
        if matches!(kind, Kind::Link(_)) {
            self.links += 1;
            if self.links > self.limits.links {
                return Err(Violation::TooManyLinks { limit: self.limits.links });
            }
        }
        let is_folder = kind == Kind::Folder;
        if self.place(&key, path, kind, true, path)? && is_folder {
            folders.push(path.clone());
        }
        Ok(folders)
    }

    /// Puts one node at `at`, whose folded form is `key`, on behalf of the entry
    /// `wanted_by`; says whether it is new.
    fn place(
        &mut self,
        key: &str,
        at: &EntryPath,
        kind: Kind,
        named: bool,
        wanted_by: &EntryPath,
    ) -> Result<bool, Violation> {
        if let Some(there) = self.nodes.get_mut(key) {
            meets(there, at, &kind, named, wanted_by)?;
            there.named |= named;
            return Ok(false);
        }
        if self.nodes.len() == self.limits.entries {
            return Err(Violation::TooManyEntries { limit: self.limits.entries });
        }
        self.nodes.insert(key.to_owned(), Node { path: at.clone(), kind, named });
        Ok(true)
    }

    /// What stands at exactly this path.
    pub(super) fn kind(&self, path: &str) -> Option<&Kind> {
        let node = self.nodes.get(&folded(path))?;
        (node.path.as_str() == path).then_some(&node.kind)
    }

    /// The links below `root` (`None`: the top), in no order.
    pub(super) fn links(&self, root: Option<&EntryPath>) -> impl Iterator<Item = (&EntryPath, &LinkTarget)> {
        self.below(root).filter_map(|(path, kind)| match kind {
            Kind::Link(target) => Some((path, target)),
            Kind::Folder | Kind::File { .. } => None,
        })
    }

    /// The number of entries below `root` (`None`: the top), and their files' bytes.
    pub(super) fn totals(&self, root: Option<&EntryPath>) -> (usize, u64) {
        self.below(root).fold((0, 0), |(entries, bytes), (_, kind)| match kind {
            Kind::File { size } => (entries + 1, bytes + size),
            Kind::Folder | Kind::Link(_) => (entries + 1, bytes),
        })
    }

    /// Everything below `root` (`None`: the top), in no order.
    pub(super) fn below(&self, root: Option<&EntryPath>) -> impl Iterator<Item = (&EntryPath, &Kind)> {
        self.nodes.values().map(|node| (&node.path, &node.kind)).filter(move |(path, _)| path.is_below(root))
    }
}

/// Whether `kind` may come to where `there` already is.
fn meets(
    there: &Node,
    at: &EntryPath,
    kind: &Kind,
    named: bool,
    wanted_by: &EntryPath,
) -> Result<(), Violation> {
    let same = there.path == *at;
    if same && *kind == Kind::Folder && there.kind == Kind::Folder && !(named && there.named) {
        return Ok(());
    }
    let (path, other) = (wanted_by.shown(), there.path.shown());
    Err(match (&there.kind, kind) {
        _ if !same => Violation::CaseCollision { path, other },
        (Kind::Folder, Kind::Folder) => Violation::DuplicateEntry { path },
        (Kind::Link(_), Kind::Folder) if !named => Violation::PathThroughLink { path, link: other },
        (Kind::Folder, _) | (_, Kind::Folder) => Violation::PathConflict { path, other },
        (Kind::File { .. } | Kind::Link(_), Kind::File { .. } | Kind::Link(_)) => {
            Violation::DuplicateEntry { path }
        }
    })
}
