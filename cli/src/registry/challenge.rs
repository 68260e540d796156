//! What a registry's `WWW-Authenticate` asks for (RFC 7235, RFC 6750).

/// Where tokens are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) realm: String,
    pub(super) service: Option<String>,
}

impl Challenge {
    /// The Bearer challenge in a header's value, if there is one.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, mut rest) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        while let Some((name, value)) = rest.split_once('=') {
            let (value, more) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => value.split_once(',').unwrap_or((value, "")),
            };
            match name.trim_matches([' ', ',']) {
                "realm" => realm = Some(value.to_owned()),
                "service" => service = Some(value.to_owned()),
                _ => {}
            }
            rest = more;
        }
        Some(Self { realm: realm?, service })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_realm_and_the_service() {
        let challenge = |service: Option<&str>| {
            let realm = "https://auth.example.org/token".to_owned();
            Some(Challenge { realm, service: service.map(str::to_owned) })
        };
        let table = [
            (
                r#"Bearer realm="https://auth.example.org/token",service="r",scope="a:b,c""#,
                challenge(Some("r")),
            ),
            (r#"bearer scope="x=y", realm="https://auth.example.org/token""#, challenge(None)),
            ("Bearer realm=https://auth.example.org/token,service=r", challenge(Some("r"))),
            (r#"Basic realm="https://auth.example.org/token""#, None),
            (r#"Bearer realm="https://auth.example.org/token"#, None),
            ("Bearer", None),
        ];
        for (header, expected) in table {
            assert_eq!(Challenge::parse(header), expected, "{header}");
        }
    }
}
