//! Hostile archives as a table has them; the suite sends the same ones to a runtime.

use davit_plugin::package::Limits;

/// A hostile archive.
pub(crate) struct Case {
    /// What is bad about it.
    pub(crate) name: &'static str,
    /// The code with which it is refused.
    pub(crate) code: &'static str,
    /// Its bytes.
    pub(crate) archive: Vec<u8>,
    /// The bounds in force.
    pub(crate) limits: Limits,
}

/// A case with the default bounds.
pub(crate) fn case(name: &'static str, code: &'static str, archive: Vec<u8>) -> Case {
    Case { name, code, archive, limits: Limits::default() }
}

/// A case with other bounds, so that small archives reach them.
pub(crate) fn bounded(
    name: &'static str,
    code: &'static str,
    archive: Vec<u8>,
    set: impl FnOnce(&mut Limits),
) -> Case {
    let mut limits = Limits::default();
    set(&mut limits);
    Case { name, code, archive, limits }
}
