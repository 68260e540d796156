//! `Accept-Encoding`: which form of a file suits the client (RFC 9110 §12.5.3).

use http::{HeaderMap, header};

use crate::assemble::{Asset, Encoding, Representation};

/// The form that the client likes best: of those it likes the same the smallest,
/// which is Brotli before gzip before none. A client that wants none of them gets
/// the file as it is.
pub(super) fn choose<'a>(asset: &'a Asset, headers: &HeaderMap) -> (Option<Encoding>, &'a Representation) {
    let accepted = Accepted::of(headers);
    let plain = accepted.named("identity").unwrap_or_default();
    let mut best = (None, &asset.plain, plain.max(1));
    for (encoding, form) in asset.encoded.iter().rev() {
        let weight = accepted.weight(*encoding);
        if weight >= best.2 {
            best = (Some(*encoding), form, weight);
        }
    }
    (best.0, best.1)
}

/// The codings that a client names, in small letters, with their weights in
/// thousandths.
struct Accepted(Vec<(String, u16)>);

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        Self(lines.flat_map(|line| line.split(',')).filter_map(coding).collect())
    }

    fn named(&self, name: &str) -> Option<u16> {
        self.0.iter().find(|(coding, _)| coding == name).map(|(_, weight)| *weight)
    }

    fn weight(&self, encoding: Encoding) -> u16 {
        let alias = match encoding {
            Encoding::Gzip => self.named("x-gzip"),
            Encoding::Brotli => None,
        };
        self.named(encoding.name()).or(alias).or_else(|| self.named("*")).unwrap_or(0)
    }
}

fn coding(text: &str) -> Option<(String, u16)> {
    let (name, parameter) = text.split_once(';').unwrap_or((text, "q=1"));
    let (q, weight) = parameter.split_once('=')?;
    let weight = q.trim().eq_ignore_ascii_case("q").then(|| thousandths(weight.trim()))??;
    Some((name.trim().to_ascii_lowercase(), weight))
}

/// `0`, `1`, `0.25`: at most three decimals, at most 1 (RFC 9110 §12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;

    use super::*;
    use crate::assemble::Source;

    fn form() -> Representation {
        let source = Source::Memory(Bytes::new());
        Representation { source, length: 0, etag: HeaderValue::from_static("\"a\"") }
    }

    #[test]
    fn the_client_gets_what_it_likes_best_and_brotli_if_it_likes_all() {
        let table = [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("GZIP;Q=1", "gzip"),
            ("br;q=0.5, gzip;q=0.8", "gzip"),
            ("br;q=0.8, gzip ; q=0.8", "br"),
            ("br;q=0, gzip;q=0.001", "gzip"),
            ("*", "br"),
            ("*;q=0.1, br;q=0", "gzip"),
            ("identity, *;q=0", "identity"),
            ("identity;q=1, br;q=0.5", "identity"),
            ("identity;q=0.5, br;q=0.5", "br"),
            ("identity;q=0", "identity"),
            ("deflate", "identity"),
            ("", "identity"),
            ("br;q=2, gzip;q=x", "identity"),
            ("br;q=0.0001", "identity"),
            ("br;level=1", "identity"),
        ];
        let encoded = Encoding::ALL.map(|encoding| (encoding, form())).to_vec();
        let content_type = HeaderValue::from_static("text/plain");
        let asset = Asset { content_type, immutable: false, plain: form(), encoded };
        for (accepted, expected) in table {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            let name = choose(&asset, &headers).0.map_or("identity", Encoding::name);
            assert_eq!(name, expected, "{accepted}");
        }
        assert_eq!(choose(&asset, &HeaderMap::new()).0, None);
    }
}
