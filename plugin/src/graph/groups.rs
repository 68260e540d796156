//! Groups: plugins that are linked by dependencies share one worker process
//! (house rule 7).

use petgraph::unionfind::UnionFind;

/// The connected parts of `0..count` under `links`, in the order of their first
/// member; each part is sorted.
pub fn groups(count: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut union = UnionFind::<usize>::new(count);
    for (a, b) in links {
        union.union(a, b);
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut part_of = vec![None; count];
    for i in 0..count {
        let root = union.find(i);
        let part = *part_of[root].get_or_insert_with(|| {
            parts.push(Vec::new());
            parts.len() - 1
        });
        parts[part].push(i);
    }
    parts
}
