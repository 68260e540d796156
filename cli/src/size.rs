//! Numbers of bytes for people.

/// `bytes` in the unit that suits its size, e.g. `12.3 KiB`.
#[must_use]
pub fn shown(bytes: u64) -> String {
    let in_unit = |unit: u64, name: &str| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => in_unit(1 << 10, "KiB"),
        _ => in_unit(1 << 20, "MiB"),
    }
}
