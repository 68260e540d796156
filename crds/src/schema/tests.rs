//! What the API server takes is what the types behind it read.

use davit_plugin::manifest::parse_duration;
use davit_plugin::routes::check_pattern;
use davit_plugin::{Base, Digest, PackagePath, PluginName, VariableName, Version, variable};
use proptest::prelude::*;
use proptest::string::string_regex;
use regex::Regex;

use super::durations::DURATION;
use super::environment::{VALUE, VARIABLE};
use super::names::{PLUGIN, RUNTIME};
use super::package::{BASE, PATH, ROUTE};
use super::status::{DIGEST, version_form};

/// Whether the API server would take a text.
fn takes(form: &str, text: &str) -> bool {
    Regex::new(form).unwrap().is_match(text)
}

fn takes_but([form, never]: [&str; 2], text: &str) -> bool {
    takes(form, text) && !takes(never, text)
}

/// Texts that have a form.
fn of(form: &str) -> impl Strategy<Value = String> {
    string_regex(form.trim_matches(['^', '$'])).unwrap()
}

/// Short texts of the characters that matter.
fn tricky() -> impl Strategy<Value = String> {
    string_regex("[-@/.~_:#\\\\ *?aZ9é\u{1}\u{7f}\n]{0,6}").unwrap()
}

proptest! {
    #[test]
    fn names_are_plugin_names(text in prop_oneof![tricky(), of(PLUGIN)]) {
        prop_assume!(text.len() <= davit_plugin::name::MAX_LENGTH);
        prop_assert_eq!(takes(PLUGIN, &text), text.parse::<PluginName>().is_ok());
    }

    #[test]
    fn bases_are_bases(text in prop_oneof![tricky(), of(BASE)]) {
        prop_assume!(text.len() <= davit_plugin::base::MAX_LENGTH);
        let reserved = davit_plugin::base::RESERVED.iter().any(|base| base.eq_ignore_ascii_case(&text));
        prop_assert_eq!(takes(BASE, &text) && !reserved, text.parse::<Base>().is_ok());
    }

    #[test]
    fn paths_are_paths_in_a_package(text in tricky()) {
        prop_assume!(!text.starts_with("./"));
        prop_assert_eq!(takes_but(PATH, &text), text.parse::<PackagePath>().is_ok());
    }

    #[test]
    fn routes_are_patterns(text in tricky().prop_map(|text| format!("/{text}"))) {
        prop_assert_eq!(takes_but(ROUTE, &text), check_pattern(&text).is_ok());
    }

    #[test]
    fn variables_are_variables(text in prop_oneof![tricky(), of(VARIABLE), "(RUNTIME|DAVIT)_?[A-Z]{0,3}"]) {
        prop_assume!(text.len() <= variable::MAX_LENGTH);
        let own = variable::RESERVED.iter().any(|prefix| text.starts_with(prefix));
        prop_assert_eq!(takes(VARIABLE, &text) && !own, text.parse::<VariableName>().is_ok());
    }

    #[test]
    fn values_of_variables_are_all_texts_without_a_nul(text in "[a\0\n é]{0,4}") {
        prop_assert_eq!(takes(VALUE, &text), !text.contains('\0'));
    }

    #[test]
    fn durations_are_durations(text in of(DURATION)) {
        prop_assert!(parse_duration(&text).is_ok());
    }

    #[test]
    fn versions_in_a_status_can_be_read(text in of(&version_form())) {
        prop_assume!(text.len() <= 256);
        prop_assert!(text.parse::<Version>().is_ok());
    }

    #[test]
    fn digests_in_a_status_can_be_read(text in of(DIGEST)) {
        prop_assert!(text.parse::<Digest>().is_ok());
    }
}

#[test]
fn versions_of_packages_can_be_written_to_a_status() {
    let form = version_form();
    for text in ["0.0.0", "1.2.3-rc.1+build.007", "99999999999999.0.0", "1.0.0-0a.-.x-y", "2026.11.21"] {
        assert!(text.parse::<Version>().is_ok() && takes(&form, text), "{text}");
    }
    for text in ["1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3+", "999999999999999.0.0"] {
        assert!(!takes(&form, text), "{text}");
    }
}

/// The rule of the resource itself stands in an attribute, which takes no constant.
#[test]
fn the_rule_of_a_runtimes_name_is_that_of_references_to_it() {
    let crds = crate::generate::manifests();
    let text = &crds.iter().find(|file| file.name.starts_with("pluginruntimes")).unwrap().text;
    assert!(text.contains(&format!("self.metadata.name.matches('{RUNTIME}')")));
    assert!(text.contains(&format!("size(self.metadata.name) <= {}", crate::runtime::MAX_NAME)));
}
