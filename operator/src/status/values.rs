//! The values of a Plugin's status that remember what was before.

use davit_crds::{Resolved, Serving};
use jiff::Timestamp;

use super::view::View;

/// The bytes that the source names; what was known before stays until the source
/// has been asked for this generation.
pub(super) fn resolved(view: &View<'_>) -> Option<Resolved> {
    let before = view.before.and_then(|status| status.resolved.clone());
    let Some(today) = view.today else { return before };
    let now = today.resolved.as_ref()?;
    let same = before.filter(|before| before.digest == now.digest && before.reference == now.reference);
    let known = same.as_ref().and_then(|before| before.version.clone());
    Some(Resolved {
        version: view.version().cloned().or(known),
        digest: now.digest,
        reference: now.reference.clone(),
        time: same.map_or(now.time, |before| before.time),
    })
}

/// What answers requests. Its generation is this one if it is what this one asks
/// for, else the one with which it last was.
pub(super) fn serving(view: &View<'_>, now: Timestamp) -> Option<Serving> {
    let planned = view.fate.serving.as_ref()?;
    let before = view.before.and_then(|status| status.serving.as_ref());
    let observed = view.before.map_or(0, |status| status.observed_generation.max(0));
    let generation = match before {
        _ if view.current => view.generation,
        Some(before) if before.digest == planned.digest => before.generation,
        // The report of it was lost: it came with some generation before.
        _ => observed.min(view.generation - 1),
    };
    let same = before.filter(|before| {
        (&before.version, before.digest, before.generation) == (&planned.version, planned.digest, generation)
    });
    Some(Serving {
        version: planned.version.clone(),
        digest: planned.digest,
        generation,
        loaded_replicas: number(view.fate.loaded),
        replicas: number(view.fate.replicas),
        time: same.map_or(now, |before| before.time),
    })
}

/// What the wanted version asks for and is not given, and the plugins that it is
/// not linked to for want of consent.
pub(super) fn not_granted(view: &View<'_>) -> Vec<String> {
    let asked = match view.today {
        Some(artifact) if artifact.kept.is_some() => {
            artifact.kept.as_ref().map(|kept| kept.not_granted.clone()).unwrap_or_default()
        }
        Some(_) if !view.current => Vec::new(),
        _ => return view.before.map(|status| status.not_granted.clone()).unwrap_or_default(),
    };
    let unlinked = view.fate.unlinked.iter().map(|name| format!("dependency {name}"));
    asked.into_iter().chain(unlinked).collect()
}

/// A count as the API has it.
pub(super) fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
