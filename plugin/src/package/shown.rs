//! How names and sizes from a stranger's archive are written in messages.

use std::fmt::Write as _;

/// The longest name in a message, in characters.
const LONGEST: usize = 120;

/// `raw` for people: what cannot be printed is escaped, what is too long is cut.
pub(super) fn name(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(4 * LONGEST)]);
    let mut shown: String = text.escape_debug().take(LONGEST).collect();
    if text.escape_debug().nth(LONGEST).is_some() || raw.len() > 4 * LONGEST {
        shown.push('…');
    }
    shown
}

/// `bytes` in the unit that suits its size, e.g. `1.5 MiB`.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| (bytes / unit, bytes % unit * 10 / unit);
    let mut text = String::new();
    let written = match bytes {
        0..1_024 => write!(text, "{bytes} bytes"),
        1_024..1_048_576 => {
            let (whole, tenth) = tenths(1_024);
            write!(text, "{whole}.{tenth} KiB")
        }
        _ => {
            let (whole, tenth) = tenths(1_048_576);
            write!(text, "{whole}.{tenth} MiB")
        }
    };
    written.expect("writing to a String never fails");
    text
}

/// The first three of `items`, for people.
pub(super) fn first<T: Into<String>>(items: impl IntoIterator<Item = T>) -> String {
    let mut shown: Vec<String> = items.into_iter().take(4).map(Into::into).collect();
    if shown.len() > 3 {
        shown[3] = "…".into();
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_printable_and_short() {
        assert_eq!(super::name(b"a/b\n\xff"), "a/b\\n\u{fffd}");
        assert_eq!(super::name("x".repeat(5_000).as_bytes()).chars().count(), 121);
        assert_eq!(super::name("x".repeat(130).as_bytes()).chars().count(), 121);
    }

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(super::size(1_023), "1023 bytes");
        assert_eq!(super::size(1_536), "1.5 KiB");
        assert_eq!(super::size(400 << 20), "400.0 MiB");
    }

    #[test]
    fn lists_are_short() {
        assert_eq!(super::first(["a", "b"]), "a, b");
        assert_eq!(super::first(["a", "b", "c", "d", "e"]), "a, b, c, …");
    }
}
