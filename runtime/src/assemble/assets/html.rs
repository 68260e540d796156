//! The tags of an HTML page, as far as they tell where its head begins and ends
//! (WHATWG HTML §13.2.5, tokenization).

/// Elements whose content is not markup; `noscript` since scripts run.
const RAW: [&[u8]; 7] = [b"noframes", b"noscript", b"script", b"style", b"template", b"textarea", b"title"];

/// A piece of a page. Comments and blanks are left out; names are in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `<!doctype …>`, up to `end`.
    Doctype { end: usize },
    /// `<name …>`, up to `end`; the content of an element that holds no markup is
    /// passed over.
    Start { name: Vec<u8>, end: usize, has_address: bool },
    /// `</name …>`.
    End { name: Vec<u8> },
    /// Anything that is seen.
    Text,
}

/// The tokens from a place on.
pub(super) fn tokens(html: &[u8], at: usize) -> impl Iterator<Item = Token> {
    let mut reader = Reader { html, at };
    std::iter::from_fn(move || reader.token())
}

struct Reader<'a> {
    html: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The next token; none at the end, also in the middle of a tag.
    fn token(&mut self) -> Option<Token> {
        loop {
            self.skip(u8::is_ascii_whitespace);
            match self.rest() {
                [] => return None,
                [b'<', b'!', b'-', b'-', ..] => self.comment()?,
                [b'<', b'!', rest @ ..] if starts_with(rest, b"doctype") => {
                    self.past(b">")?;
                    return Some(Token::Doctype { end: self.at });
                }
                [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.at += 2;
                    return self.tag().map(|(name, _)| Token::End { name });
                }
                [b'<', b'!' | b'?' | b'/', ..] => self.past(b">")?,
                [b'<', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.at += 1;
                    let (name, has_address) = self.tag()?;
                    let end = self.at;
                    if RAW.contains(&&name[..]) {
                        self.raw(&name);
                    }
                    return Some(Token::Start { name, end, has_address });
                }
                _ => {
                    self.at += 1;
                    self.skip(|byte| *byte != b'<');
                    return Some(Token::Text);
                }
            }
        }
    }

    /// A tag's name, and whether it has the attribute `href`.
    fn tag(&mut self) -> Option<(Vec<u8>, bool)> {
        let name = self.word(b" \t\n\r\x0c/>");
        let mut has_address = false;
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            match self.rest() {
                [] => return None,
                [b'>', ..] => {
                    self.at += 1;
                    return Some((name, has_address));
                }
                _ => has_address |= self.attribute()? == b"href",
            }
        }
    }

    /// Passes over an attribute with its value; its name.
    fn attribute(&mut self) -> Option<Vec<u8>> {
        let from = self.at;
        self.at += 1;
        let _rest_of_it = self.word(b" \t\n\r\x0c/>=");
        let name = self.html[from..self.at].to_ascii_lowercase();
        self.skip(u8::is_ascii_whitespace);
        if let [b'=', ..] = self.rest() {
            self.at += 1;
            self.skip(u8::is_ascii_whitespace);
            match self.rest() {
                [quote @ (b'"' | b'\''), ..] => {
                    let quote = [*quote];
                    self.at += 1;
                    self.past(&quote)?;
                }
                _ => self.skip(|byte| !byte.is_ascii_whitespace() && *byte != b'>'),
            }
        }
        Some(name)
    }

    /// `<!-->` and `<!--->` are whole comments.
    fn comment(&mut self) -> Option<()> {
        self.at += 2;
        let ends = [&b"-->"[..], b"--!>"];
        while !ends.iter().any(|end| self.rest().starts_with(end)) && !self.rest().starts_with(b"--->") {
            self.rest().first()?;
            self.at += 1;
        }
        self.past(b">")
    }

    /// Passes over content that is not markup, up to its end tag or the end.
    fn raw(&mut self, name: &[u8]) {
        let ends = |rest: &[u8]| {
            let behind = rest.get(2 + name.len());
            rest.starts_with(b"</")
                && starts_with(&rest[2..], name)
                && behind.is_none_or(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte))
        };
        while !self.rest().is_empty() && !ends(self.rest()) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        &self.html[self.at..]
    }

    fn skip(&mut self, skipped: impl Fn(&u8) -> bool) {
        self.at += self.rest().iter().take_while(|byte| skipped(byte)).count();
    }

    fn word(&mut self, stops: &[u8]) -> Vec<u8> {
        let from = self.at;
        self.skip(|byte| !stops.contains(byte));
        self.html[from..self.at].to_ascii_lowercase()
    }

    /// Goes behind the next occurrence.
    fn past(&mut self, what: &[u8]) -> Option<()> {
        let found = self.rest().windows(what.len()).position(|window| window == what)?;
        self.at += found + what.len();
        Some(())
    }
}

fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
