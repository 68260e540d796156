//! Where an error stands, seen from the plugin's folder.

use std::path::Path;

use super::line::{self, Line, RawPlace};
use crate::build::Place;

/// The place that belongs to the message above `lines`: the first in the plugin's
/// own files, else the first in any file that nobody installed.
pub(super) fn below(lines: &[&str], folder: &Path) -> Option<Place> {
    let own_lines = lines.iter().take_while(|line| matches!(line::read(line, ""), Line::Other));
    let places: Vec<Place> = own_lines.filter_map(|line| within(line::place_in(line)?, folder)).collect();
    let own = places.iter().position(|place| !place.path.starts_with('/')).unwrap_or(0);
    places.into_iter().nth(own)
}

/// The place relative to `folder` if it lies in it; none for installed packages
/// and for what is no file.
pub(super) fn within(raw: RawPlace<'_>, folder: &Path) -> Option<Place> {
    let RawPlace { path, line, column } = raw;
    let path = path.strip_prefix("file://").unwrap_or(path).trim();
    if path.is_empty() || path.starts_with("node:") || path.starts_with('<') || path.contains("node_modules/")
    {
        return None;
    }
    let path = Path::new(path);
    let relative = path.strip_prefix(folder).or_else(|_| path.strip_prefix(".")).unwrap_or(path);
    Some(Place { path: relative.to_str()?.to_owned(), line, column })
}
