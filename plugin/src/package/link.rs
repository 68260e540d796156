//! Symbolic links: where they may point.

use super::entry_path::{EntryPath, is_absolute, text};
use super::limits::Limits;
use super::shown;
use super::tree::{Kind, Tree};
use super::violation::Violation;

/// Links followed on the way to a target before it counts as a circle; Linux' own bound.
const HOPS: usize = 40;

/// Segments followed for each allowed link, on average: chains of long targets cost time.
const STEPS: usize = 64;

/// Where a link points: a relative path, without segments that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkTarget(Vec<String>);

impl LinkTarget {
    /// The target `raw` of the link at `path`.
    pub(super) fn parse(raw: &[u8], path: &EntryPath, limits: &Limits) -> Result<Self, Violation> {
        if raw.len() > limits.path {
            return Err(Violation::PathTooLong { path: shown::name(raw), limit: limits.path });
        }
        let target = text(raw)?;
        let ends = || (path.shown(), shown::name(raw));
        if target.is_empty() {
            let (path, target) = ends();
            return Err(Violation::LinkBroken { path, target });
        }
        if is_absolute(target) {
            let (path, target) = ends();
            return Err(Violation::LinkEscapes { path, target });
        }
        let kept = target.split('/').filter(|segment| !matches!(*segment, "" | "."));
        let segments: Vec<String> = kept.map(str::to_owned).collect();
        // All the way up and down again; more only costs time when links are followed.
        if segments.len() > 2 * limits.depth {
            return Err(Violation::PathTooDeep { path: shown::name(raw), limit: 2 * limits.depth });
        }
        Ok(Self(segments))
    }

    /// The target as it is written into the link.
    pub(super) fn text(&self) -> String {
        if self.0.is_empty() { ".".into() } else { self.0.join("/") }
    }
}

/// Checks that each link below `root` (`None`: the top) leads to something below it,
/// following links on the way as the kernel does.
pub(super) fn check(tree: &Tree, root: Option<&EntryPath>, limits: &Limits) -> Result<(), Violation> {
    let mut links: Vec<_> = tree.links(root).collect();
    links.sort_by_key(|(path, _)| *path);
    let most = STEPS.saturating_mul(limits.links);
    links.into_iter().try_fold(0, |steps, (path, target)| {
        let steps = steps + follow(tree, root, path, target, most - steps)?;
        if steps < most { Ok(steps) } else { Err(Violation::TooManyLinks { limit: limits.links }) }
    })?;
    Ok(())
}

/// Follows one link for at most `most` segments and says how many it were.
fn follow(
    tree: &Tree,
    root: Option<&EntryPath>,
    path: &EntryPath,
    target: &LinkTarget,
    most: usize,
) -> Result<usize, Violation> {
    let floor = root.map_or(0, |root| root.segments().count());
    let broken =
        || Violation::LinkBroken { path: path.shown(), target: shown::name(target.text().as_bytes()) };
    let mut at: Vec<&str> = path.segments().collect();
    at.pop();
    let mut ahead: Vec<&str> = target.0.iter().rev().map(String::as_str).collect();
    let (mut hops, mut steps) = (1, 0);
    while steps < most
        && let Some(segment) = ahead.pop()
    {
        steps += 1;
        if segment == ".." {
            if at.len() == floor {
                let target = shown::name(target.text().as_bytes());
                return Err(Violation::LinkEscapes { path: path.shown(), target });
            }
            at.pop();
            continue;
        }
        at.push(segment);
        match tree.kind(&at.join("/")).ok_or_else(broken)? {
            Kind::Folder => {}
            Kind::File { .. } if ahead.is_empty() => {}
            Kind::File { .. } => return Err(broken()),
            Kind::Link(_) if hops == HOPS => return Err(broken()),
            Kind::Link(next) => {
                hops += 1;
                at.pop();
                ahead.extend(next.0.iter().rev().map(String::as_str));
            }
        }
    }
    Ok(steps)
}
