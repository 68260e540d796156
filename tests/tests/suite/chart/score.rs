//! kube-score's opinion, and the file that answers it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use davit_tests::cluster::program;
use serde_json::Value;

use super::rendered::{chart, rendered};

/// The best grade of a check.
const FINE: u64 = 10;

/// A check and an object that does not pass it, e.g. `Deployment davit-operator`.
type Finding = (String, String);

fn found() -> BTreeSet<Finding> {
    let text = rendered(&[]).unwrap();
    let mut score = Command::new(program("kube-score"));
    score.args(["score", "-", "--kubernetes-version", "v1.34", "--output-format", "json"]);
    let mut running =
        score.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("kube-score can be run");
    running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let printed = running.wait_with_output().unwrap().stdout;
    let objects: Vec<Value> = serde_json::from_slice(&printed).expect("kube-score prints JSON");
    assert!(objects.len() > 5, "{objects:#?}");
    let of_object = |object: &Value| {
        let name =
            format!("{} {}", text_of(&object["type_meta"]["kind"]), text_of(&object["object_meta"]["name"]));
        let checks = object["checks"].as_array().expect("checks").clone();
        let failed =
            checks.into_iter().filter(|it| it["skipped"] == false && it["grade"].as_u64().unwrap() < FINE);
        failed.map(move |it| (text_of(&it["check"]["id"]), name.clone())).collect::<Vec<_>>()
    };
    objects.iter().flat_map(of_object).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The table's rows, of which each names a check and one or more objects.
fn explained() -> BTreeSet<Finding> {
    let text = fs::read_to_string(chart().join("ci/kube-score.md")).expect("it is committed");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let pairs = rows.flat_map(|row| {
        let [check, objects, why] = row.splitn(3, " | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert!(why.len() > 20, "{row}");
        let check = check.trim_end_matches('`');
        objects.split(", ").map(move |object| (check.to_owned(), object.to_owned()))
    });
    pairs.collect()
}

#[test]
fn what_kube_score_finds_in_the_default_rendering_is_explained() {
    assert_eq!(found(), explained(), "left: found, right: explained in charts/davit/ci/kube-score.md");
}
