//! How an author's text is written in messages.

/// The longest text in a message, in characters.
const LONGEST: usize = 80;

/// `text` for people: cut if it is long, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
