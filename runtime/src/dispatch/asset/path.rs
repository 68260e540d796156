//! In: a path below the base. Out: the name of a file.

use percent_encoding::percent_decode_str;

/// A path as file names, each segment decoded once; none if a segment decodes
/// to something that is no file name.
pub(super) fn decoded(path: &str) -> Option<String> {
    let segment = |segment: &str| {
        let name = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        (!name.contains(['/', '\\', '\0'])).then_some(name)
    };
    Some(path.split('/').map(segment).collect::<Option<Vec<_>>>()?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_each_segment_once_and_lets_none_become_two() {
        let table = [
            ("a/b.js", Some("a/b.js")),
            ("a%20b", Some("a b")),
            ("%252e", Some("%2e")),
            ("a%2fb", None),
            ("a%5Cb", None),
            ("%00", None),
            ("%ff", None),
        ];
        for (path, expected) in table {
            assert_eq!(decoded(path).as_deref(), expected, "{path}");
        }
    }
}
