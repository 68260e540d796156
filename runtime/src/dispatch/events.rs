//! Where one server-sent event ends (WHATWG HTML §9.2.6): at an empty line, with
//! lines ended by LF, CR LF or CR.

/// Follows a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Boundary {
    /// Whether the line so far is empty.
    in_line: bool,
    /// Whether an event, or a comment, has begun and not ended.
    in_event: bool,
    /// Whether the last byte was a CR, to which an LF would belong.
    after_cr: bool,
}

impl Boundary {
    /// Whether the stream could end here without losing a part of an event.
    pub(super) fn is_between(self) -> bool {
        !self.in_event
    }

    /// Follows the next bytes.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' | b'\r' => {
                    self.in_event &= self.in_line;
                    self.in_line = false;
                    self.after_cr = byte == b'\r';
                }
                _ => {
                    (self.in_line, self.in_event, self.after_cr) = (true, true, false);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_ends_at_an_empty_line_whatever_ends_its_lines_and_wherever_it_is_cut() {
        let table = [
            ("", true),
            ("data: 1\n\n", true),
            ("data: 1\r\n\r\n", true),
            ("data: 1\r\r", true),
            (": ping\n\n\n", true),
            ("data: 1\n", false),
            ("data: 1", false),
            ("data: 1\r\n", false),
            ("data: 1\n\ndata", false),
        ];
        for (stream, between) in table {
            for cut in 0..=stream.len() {
                let mut boundary = Boundary::default();
                boundary.pass(&stream.as_bytes()[..cut]);
                boundary.pass(&stream.as_bytes()[cut..]);
                assert_eq!(boundary.is_between(), between, "{stream:?} cut at {cut}");
            }
        }
    }
}
