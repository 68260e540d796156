//! The output of a process, kept up to a bound: its beginning and its end.

use std::collections::VecDeque;

/// Bytes that are kept of the beginning, and again of the end.
const KEPT: usize = 128 << 10;

/// What was printed so far.
#[derive(Debug, Default)]
pub(super) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Capture {
    /// Takes what was printed next.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(KEPT - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..surplus);
        self.left_out += surplus;
    }

    /// All that was kept as text, without colours and control characters.
    pub(super) fn into_text(self) -> String {
        let Self { mut head, tail, left_out } = self;
        if left_out > 0 {
            head.extend_from_slice(format!("\n[… {left_out} bytes left out …]\n").as_bytes());
        }
        head.extend(tail);
        let text = String::from_utf8_lossy(&head);
        let plain = anstream::adapter::strip_str(&text).to_string();
        plain.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(chunks: &[&[u8]]) -> String {
        let mut capture = Capture::default();
        for chunk in chunks {
            capture.take(chunk);
        }
        capture.into_text()
    }

    #[test]
    fn keeps_short_output_whole() {
        assert_eq!(captured(&[b"one\n", b"", b"two"]), "one\ntwo");
    }

    #[test]
    fn keeps_beginning_and_end_of_long_output() {
        let filler = vec![b'.'; 3 * KEPT];
        let text = captured(&[b"begin", &filler, b"end"]);
        assert!(text.starts_with("begin..") && text.ends_with("..end"));
        assert!(text.contains(&format!("[… {} bytes left out …]", KEPT + 8)), "{}", text.len());
        assert!(text.len() < 2 * KEPT + 100);
    }

    #[test]
    fn takes_off_what_would_steer_a_terminal() {
        assert_eq!(captured(&[b"\x1b[31mred\x1b[0m\x07\x08 \xff\r\n"]), "red \u{fffd}\n");
    }
}
