//! The author's guide, typed in literally: its files are written, type-checked and
//! served, its commands run, and the answers are those that it prints.
//!
//! ```text
//! page (examples of files and commands) → desk (a folder, a server, a shell) → what was printed
//! ```

mod desk;
mod page;
mod shown;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use davit_tests::programs;

macro_rules! pages {
    ($($test:ident: $page:literal),* $(,)?) => {
        /// The pages with examples.
        const PAGES: &[&str] = &[$($page),*];

        $(#[tokio::test]
        async fn $test() {
            typed_in($page).await;
        })*
    };
}

pages! {
    the_first_steps_go_as_they_are_told: "README.md",
    both_modes_answer_as_their_page_says: "modes.md",
    hooks_answer_as_their_page_says: "hooks.md",
    websockets_say_what_their_page_says: "websocket.md",
    configuration_is_read_as_its_page_says: "configuration.md",
    user_interfaces_are_served_as_their_page_says: "ui.md",
    a_plugins_life_goes_as_its_page_says: "lifecycle.md",
    tests_run_as_their_page_says: "testing.md",
    a_plugin_for_buntime_runs_as_its_guide_says: "moving-from-buntime.md",
}

/// Types in every example of the page.
async fn typed_in(page: &str) {
    let examples = page::examples(&read(page));
    assert!(!examples.is_empty(), "{page} has no example");
    for example in examples {
        let mut desk = desk::Desk::new();
        for step in &example.steps {
            let place = format!("{page}, example {}", example.name);
            match step {
                page::Step::File { path, text } => desk.write(path, text).await,
                page::Step::Command { typed, printed } => {
                    let actual = desk.run(typed).await;
                    shown::compare(&place, typed, &desk.localised(printed), &actual);
                }
            }
        }
        desk.check_types(&format!("{page}, example {}", example.name)).await;
    }
}

fn read(page: &str) -> String {
    fs::read_to_string(programs::repository().join("docs/plugins").join(page)).expect("the page is there")
}

#[test]
fn every_page_with_an_example_is_typed_in() {
    let folder = programs::repository().join("docs/plugins");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages = names.filter(|name| {
        Path::new(name).extension().is_some_and(|kind| kind == "md") && read(name).contains("<!-- example ")
    });
    assert_eq!(pages.collect::<BTreeSet<_>>(), PAGES.iter().map(|&page| page.to_owned()).collect());
}

#[test]
fn every_file_of_the_guide_belongs_to_an_example() {
    for page in PAGES {
        let text = read(page);
        let titled = text.matches(" title=\"").count() + text.matches("\n```console\n").count();
        let blocks: usize = page::examples(&text).iter().map(|example| example.blocks).sum();
        assert_eq!(titled, blocks, "{page} has files or commands before its first example");
    }
}
