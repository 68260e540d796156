//! Kinds of Origin.

/// One kind.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// The header's lines.
    pub(super) lines: Vec<String>,
    /// Whether it is one Origin of the request's own host.
    pub(super) same: bool,
}

/// All kinds, for a server on this port of localhost.
pub(super) fn kinds(port: u16) -> Vec<Kind> {
    let own = format!("http://localhost:{port}");
    let kind = |name, lines: &[&str]| Kind {
        name,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        same: false,
    };
    let same = |name, line: &str| Kind { same: true, ..kind(name, &[line]) };
    vec![
        kind("absent", &[]),
        same("same host", &own),
        same("same host, https where http", &format!("https://localhost:{port}")),
        same("same host, capitals", &format!("http://LocalHost:{port}")),
        kind("same host, other port", &[&format!("http://localhost:{}", port ^ 1)]),
        kind("same host, no port", &["http://localhost"]),
        kind("other host", &["http://evil.test"]),
        kind("other host with this one before", &[&format!("http://localhost.evil.test:{port}")]),
        kind("same machine, other name", &[&format!("http://127.0.0.1:{port}")]),
        kind("null", &["null"]),
        kind("file:", &["file://"]),
        kind("file: of this host", &[&format!("file://localhost:{port}")]),
        kind("user-info", &[&format!("http://user@localhost:{port}")]),
        kind("this host as user-info", &[&format!("http://localhost:{port}@evil.test")]),
        kind("with a path", &[&format!("{own}/path")]),
        kind("empty user-info", &[&format!("http://@localhost:{port}")]),
        kind("no slashes", &[&format!("http:localhost:{port}")]),
        kind("a backslash", &[&format!("http:/\\localhost:{port}")]),
        kind("with a path to itself", &[&format!("{own}/./")]),
        kind("unparsable", &["http://["]),
        kind("no scheme", &[&format!("localhost:{port}")]),
        kind("empty", &[""]),
        kind("two, the first same", &[&own, "http://evil.test"]),
        kind("two, the last same", &["http://evil.test", &own]),
        kind("two in one line", &[&format!("{own}, http://evil.test")]),
    ]
}
