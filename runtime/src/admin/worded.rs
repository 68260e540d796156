//! What serde says of a body that does not fit, in plain words. A position in the text is
//! left out: the path says the place better.

/// What is wrong with a body that is JSON, but nothing with fields.
pub(super) const NO_OBJECT: &str = "the body is no JSON object";

/// What is wrong with a body at a path in it, and what it should be.
pub(super) fn worded(path: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&position).unwrap_or(&text);
    let after = |start: &str| text.strip_prefix(start);
    let expected = |start: &str| after(start)?.split_once(", expected ");
    let place = if path == "." { "the body".to_owned() } else { format!("the body at `{path}`") };
    if let Some(field) = after("missing field ") {
        return format!("{place} lacks the field {field}");
    }
    if let Some((field, known)) = expected("unknown field ") {
        return format!("the body takes no field {field}, only {}", known.trim_start_matches("one of "));
    }
    if let Some((word, known)) = expected("unknown variant ") {
        return format!("{place}: {word} is not {known}");
    }
    match expected("invalid type: ") {
        Some(_) if path == "." => NO_OBJECT.to_owned(),
        Some((found, wanted)) => format!("{place}: {found} is not {}", wanted.replace("sequence", "list")),
        None => format!("{place}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::NewKey;

    #[test]
    fn serdes_words_are_plain_and_say_the_place_once() {
        let only = "`name`, `role`, `permissions`, `expiresIn`, `description`";
        let table = [
            ("{}", "the body lacks the field `name`".to_owned()),
            (r#"{"name": "ci"}"#, "the body lacks the field `role`".to_owned()),
            (r#"{"name": 7}"#, "the body at `name`: integer `7` is not a string".to_owned()),
            (r#"{"expiresAt": 7}"#, format!("the body takes no field `expiresAt`, only {only}")),
            (
                r#"{"role": "root"}"#,
                "the body at `role`: `root` is not one of `admin`, `editor`, `viewer`, `custom`".to_owned(),
            ),
            (
                r#"{"permissions": "all"}"#,
                "the body at `permissions`: string \"all\" is not a list".to_owned(),
            ),
            ("null", NO_OBJECT.to_owned()),
            ("\"secret\"", NO_OBJECT.to_owned()),
        ];
        for (text, expected) in table {
            let mut source = serde_json::Deserializer::from_str(text);
            let error = serde_path_to_error::deserialize::<_, NewKey>(&mut source).unwrap_err();
            assert_eq!(worded(&error.path().to_string(), error.inner()), expected, "{text}");
        }
    }
}
