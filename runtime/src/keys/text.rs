//! Text that people give keys, and that is shown in lists and logs.

/// Characters without a shape that change how text around them looks: the format
/// characters (general category Cf of Unicode 17), and the separators of lines and
/// paragraphs.
const UNSEEN: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Whether every character of it is seen for what it is: no control or format character,
/// no separator of lines or paragraphs.
pub(super) fn is_plain(text: &str) -> bool {
    let is_unseen = |c: char| UNSEEN.iter().any(|&(first, last)| (first..=last).contains(&c));
    !text.chars().any(|c| c.is_control() || is_unseen(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_plain() {
        for plain in ["ci", "the build of größe 7, Kö'ln", "ключ", "鍵", "clé – \u{a0}!", "🔑", ""]
        {
            assert!(is_plain(plain), "{plain}");
        }
        for unseen in "\n\r\t\u{0}\u{1b}\u{7f}\u{85}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2029}\u{2066}\u{feff}\u{e0041}".chars() {
            assert!(!is_plain(&format!("a{unseen}b")), "{unseen:?}");
        }
    }
}
