//! The `build` script that a plugin's package.json names.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde_json::Value;

use super::BuildError;

/// A larger package.json is refused, in bytes.
const MAX_SIZE: u64 = 1 << 20;

/// The text of the folder's `build` script; none without a package.json or
/// without such a script in it.
pub(super) fn read(folder: &Path) -> Result<Option<String>, BuildError> {
    let path = folder.join("package.json");
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes)) {
        Ok(size) if size as u64 > MAX_SIZE => {
            return Err(BuildError::PackageJson {
                path,
                line: 1,
                column: 1,
                why: "larger than 1 MiB".into(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BuildError::Io { path, source }),
    }
    let package: Value = serde_json::from_slice(&bytes).map_err(|error| {
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default().to_owned();
        BuildError::PackageJson { path, line: error.line(), column: error.column().max(1), why }
    })?;
    Ok(package.pointer("/scripts/build").and_then(Value::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Option<String>, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.json"), text).unwrap();
        read(folder.path())
    }

    #[test]
    fn finds_the_script_or_that_there_is_none() {
        let found = read_text(r#"{"scripts": {"build": "bun build plugin.ts"}}"#).unwrap();
        assert_eq!(found.as_deref(), Some("bun build plugin.ts"));
        for text in ["{}", r#"{"scripts": {}}"#, r#"{"scripts": {"test": "bun test"}}"#, "[]"] {
            assert_eq!(read_text(text).unwrap(), None, "{text}");
        }
        assert_eq!(read(tempfile::tempdir().unwrap().path()).unwrap(), None);
    }

    #[test]
    fn says_where_the_package_json_is_broken() {
        let error = read_text("{\n  \"name\": x\n}").unwrap_err().to_string();
        assert!(error.contains("/package.json:2:11: not valid JSON: expected value"), "{error}");
        let error = read_text(&" ".repeat((1 << 20) + 1)).unwrap_err().to_string();
        assert!(error.contains("/package.json:1:1: not valid JSON: larger than 1 MiB"), "{error}");
    }
}
