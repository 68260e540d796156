//! The words that a plugin's name puts into its files.

use davit_plugin::{Base, PluginName};

/// Words made from a plugin's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// The name as it is.
    name: String,
    /// The name of its package.json, which npm wants in lower case.
    package: String,
    /// Where it is served.
    base: Base,
    /// Its name for people.
    title: String,
    /// The folder it goes to: its name without the scope.
    pub(super) folder: String,
}

impl Words {
    pub(super) fn of(name: &PluginName) -> Self {
        let own = name.as_str().rsplit('/').next().unwrap_or_default();
        Self {
            name: name.to_string(),
            package: name.as_str().to_ascii_lowercase(),
            base: base(own),
            title: title(own),
            folder: own.to_owned(),
        }
    }

    /// `text` with its `{{words}}` filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let words = [
            ("{{name}}", self.name.as_str()),
            ("{{package}}", &self.package),
            ("{{base}}", self.base.as_str()),
            ("{{title}}", &self.title),
        ];
        words.into_iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}

/// The base that looks most like the name: what cannot stand in one becomes `-`,
/// and a reserved one gets a tail.
fn base(own: &str) -> Base {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let longest = davit_plugin::base::MAX_LENGTH - "/-plugin".len();
    let segment: String = own.chars().map(allowed).take(longest).collect();
    let plain = format!("/{segment}").parse();
    plain
        .or_else(|_| format!("/{segment}-plugin").parse())
        .expect("a segment of allowed characters is a base")
}

/// `my-plugin` as `My plugin`.
fn title(own: &str) -> String {
    let words: Vec<&str> = own.split(['-', '_', '.', '~']).filter(|word| !word.is_empty()).collect();
    let mut text = words.join(" ");
    if text.is_empty() {
        return own.to_owned();
    }
    text[..1].make_ascii_uppercase();
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base_and_title_follow_the_name() {
        let table = [
            ("hello", "/hello", "Hello"),
            ("@acme/my-plugin", "/my-plugin", "My plugin"),
            ("a.b~c_d", "/a-b-c_d", "A b c d"),
            ("api", "/api-plugin", "Api"),
            ("_", "/_-plugin", "_"),
            ("@acme/health", "/health-plugin", "Health"),
        ];
        for (name, base, title) in table {
            let words = Words::of(&name.parse().unwrap());
            assert_eq!((words.base.as_str(), words.title.as_str()), (base, title), "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_name_has_a_base_and_a_folder(name in "(@[a-z0-9_~-]{1,9}/)?[A-Za-z0-9_.~-]{1,90}") {
            if let Ok(name) = name.parse::<PluginName>() {
                let words = Words::of(&name);
                prop_assert!(!words.folder.contains('/') && !words.folder.starts_with(['.', '-']));
                prop_assert!(!words.title.is_empty());
            }
        }
    }
}
