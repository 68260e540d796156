use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::*;

fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
    Options::try_parse_from(["davit-operator"].iter().chain(arguments))
}

#[test]
fn every_option_is_a_flag_and_a_variable_and_explained() {
    let command = Options::command();
    command.clone().debug_assert();
    for arg in command.get_arguments() {
        let flag = arg.get_long().unwrap_or_else(|| panic!("{} is no flag", arg.get_id()));
        let expected = format!("DAVIT_{}", flag.to_uppercase().replace('-', "_"));
        assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(expected.as_str()));
        let help = arg.get_help().unwrap_or_else(|| panic!("--{flag} is not explained")).to_string();
        let default = !arg.get_default_values().is_empty() && !arg.is_hide_default_value_set();
        let told = default || help.contains("[default: ") || flag == "runtime-image";
        assert!(told, "--{flag} does not tell its default");
    }
}

#[test]
fn wrong_usage_is_refused_with_what_would_be_right() {
    let table: [(&[&str], &str); 5] = [
        (&["--watch-namespace", "Apps"], "lower-case letters"),
        (&["--watch-namespace", "apps,-x"], "neither begins nor ends"),
        (&["--cache-size", "much"], "Mi"),
        (&["--log-level", "loud"], "error, warn, info, debug, trace"),
        (&["--health-port", "70000"], "70000"),
    ];
    for (arguments, says) in table {
        let error = parse(arguments).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue), "{error}");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(says), "{says:?} is not in {error}");
    }
}

#[test]
fn namespaces_may_be_repeated_or_separated_and_none_means_all() {
    let namespaces = |arguments: &[&str]| parse(arguments).unwrap().namespaces();
    assert_eq!(namespaces(&["--watch-namespace", "b, a", "--watch-namespace=b"]), ["a", "b"]);
    assert!(namespaces(&[]).is_empty());
    assert!(namespaces(&["--watch-namespace="]).is_empty());
}

#[test]
fn the_lease_is_where_the_operator_is_unless_it_is_told_otherwise() {
    let watched = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let table = [
        (Some("given"), Some("account"), watched(&["one"]), "given"),
        (None, Some("account\n"), watched(&["one"]), "account"),
        (None, None, watched(&["one"]), "one"),
        (None, None, watched(&["one", "two"]), "default"),
        (Some(""), Some(""), watched(&[]), "default"),
    ];
    for (given, account, watched, namespace) in table {
        assert_eq!(lease_namespace(given, account, &watched), namespace);
    }
}

#[test]
fn operators_of_two_classes_have_a_lease_each() {
    let name = |arguments: &[&str]| parse(arguments).unwrap().lease_name();
    assert_eq!(name(&[]), "davit-operator");
    assert_eq!(name(&["--operator-class", "blue"]), "davit-operator-blue");
    assert_eq!(name(&["--operator-class", "blue", "--lease-name", "mine"]), "mine");
}

#[test]
fn without_a_command_it_reconciles_and_with_one_it_takes_no_option_of_that() {
    let command = |arguments: &[&str]| parse(arguments).map(|options| options.command);
    assert_eq!(command(&["--health-port", "1"]).unwrap(), None);
    assert_eq!(command(&["install-crds"]).unwrap(), Some(Command::InstallCrds));
    for arguments in [&["--health-port", "1", "install-crds"][..], &["install-crds", "--health-port", "1"]] {
        assert_eq!(command(arguments).unwrap_err().exit_code(), 2, "{arguments:?}");
    }
}
