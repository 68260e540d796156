use futures::FutureExt;
use proptest::prelude::*;

use super::*;
use davit_engine::Level;

fn name(text: &str) -> PluginName {
    text.parse().unwrap()
}

fn group(logs: &PluginLogs, plugins: &[&str]) -> Arc<dyn Output> {
    let names: Vec<PluginName> = plugins.iter().map(|plugin| name(plugin)).collect();
    logs.of_group(names.iter())
}

fn write(output: &Arc<dyn Output>, messages: impl IntoIterator<Item = usize>) {
    messages.into_iter().for_each(|i| output.line(Some(0), Level::Info, &i.to_string()));
}

fn follow(logs: &PluginLogs, plugin: &PluginName, from: From) -> Follower {
    logs.follow(plugin, from, "somebody").expect("few follow")
}

/// All that is there for a follower, and how much it has missed.
fn all(follower: &mut Follower) -> (u64, Vec<String>) {
    let (mut dropped, mut messages) = (0, Vec::new());
    loop {
        let batch = follower.read();
        dropped += batch.dropped;
        if batch.lines.is_empty() {
            return (dropped, messages);
        }
        messages.extend(batch.lines.iter().map(|line| line.message.to_string()));
    }
}

fn texts(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|i| i.to_string()).collect()
}

#[test]
fn a_ring_keeps_the_last_thousand_lines() {
    let logs = PluginLogs::default();
    write(&group(&logs, &["a"]), 0..1500);
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Oldest)), (0, texts(500..1500)));
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Tail(2))), (0, texts(1498..1500)));
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Tail(9000))), (0, texts(500..1500)));
}

#[test]
fn a_line_of_the_process_is_in_the_ring_of_each_of_its_plugins_and_a_logger_s_in_one() {
    let logs = PluginLogs::default();
    let output = group(&logs, &["a", "b"]);
    output.line(None, Level::Warn, "shared");
    output.line(Some(1), Level::Info, "own");
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Oldest)).1, ["shared"]);
    assert_eq!(all(&mut follow(&logs, &name("b"), From::Oldest)).1, ["shared", "own"]);
}

#[test]
fn a_slow_follower_learns_how_many_lines_it_has_missed() {
    let logs = PluginLogs::default();
    let output = group(&logs, &["a"]);
    let mut follower = follow(&logs, &name("a"), From::Oldest);
    write(&output, 0..3);
    assert_eq!(all(&mut follower), (0, texts(0..3)));
    write(&output, 3..2000);
    assert_eq!(all(&mut follower), (997, texts(1000..2000)));
}

#[test]
fn who_comes_back_goes_on_behind_the_line_that_he_knows() {
    let logs = PluginLogs::default();
    let output = group(&logs, &["a"]);
    write(&output, 0..10);
    let known = follow(&logs, &name("a"), From::Oldest).read().lines[6].number;
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Behind(known))), (0, texts(7..10)));
    write(&output, 10..1500);
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Behind(known))), (493, texts(500..1500)));
    for of_another_life in [0, 12, known - 7, u64::MAX] {
        let all = all(&mut follow(&logs, &name("a"), From::Behind(of_another_life)));
        assert_eq!(all, (0, texts(500..1500)), "{of_another_life}");
    }
}

#[test]
fn numbers_of_a_plugin_that_went_and_came_again_are_larger() {
    let logs = PluginLogs::default();
    let last = |logs: &PluginLogs| follow(logs, &name("a"), From::Oldest).read().lines[0].number;
    write(&group(&logs, &["a"]), 0..1);
    let before = last(&logs);
    logs.keep_only(&BTreeSet::new());
    // Numbers are microseconds: the next one has to have begun.
    while std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros()
        <= u128::from(before)
    {
        std::hint::spin_loop();
    }
    write(&group(&logs, &["a"]), 0..1);
    assert!(last(&logs) > before);
}

#[test]
fn the_ring_outlives_its_group_and_goes_with_its_plugin() {
    let logs = PluginLogs::default();
    write(&group(&logs, &["a"]), 0..1);
    write(&group(&logs, &["a"]), 1..2);
    let mut follower = follow(&logs, &name("a"), From::Oldest);
    logs.keep_only(&[name("a")].into());
    assert_eq!(all(&mut follower), (0, texts(0..2)));
    assert_eq!(follower.more().now_or_never(), None);
    logs.keep_only(&BTreeSet::new());
    assert_eq!(follower.more().now_or_never(), Some(false));
    assert_eq!(all(&mut follow(&logs, &name("a"), From::Oldest)), (0, Vec::new()));
}

#[tokio::test]
async fn a_follower_sees_lines_as_they_come() {
    let logs = PluginLogs::default();
    let output = group(&logs, &["a"]);
    for from in [From::Oldest, From::Tail(0)] {
        let mut follower = follow(&logs, &name("a"), from);
        all(&mut follower);
        let writing = tokio::spawn({
            let output = output.clone();
            async move { write(&output, 7..8) }
        });
        assert!(follower.more().await);
        assert_eq!(all(&mut follower), (0, texts(7..8)));
        writing.await.unwrap();
    }
}

#[test]
fn many_plugins_share_the_memory_and_a_long_line_is_cut_to_its_share() {
    let logs = PluginLogs::default();
    let first = group(&logs, &["first"]);
    (0..100).for_each(|_| first.line(Some(0), Level::Info, &"é".repeat(8 << 10)));
    let held = |plugin: &str| -> usize {
        let mut follower = follow(&logs, &name(plugin), From::Oldest);
        all(&mut follower).1.iter().map(String::len).sum()
    };
    assert!((200 << 10..256 << 10).contains(&held("first")), "{}", held("first"));
    let names: Vec<String> = (0..2047).map(|i| format!("plugin-{i}")).collect();
    let outputs: Vec<_> = names.iter().map(|name| group(&logs, &[name])).collect();
    // The share of 2,048 plugins is smaller than one of its lines.
    assert_eq!(held("first"), 0);
    outputs[0].line(Some(0), Level::Info, &"é".repeat(8 << 10));
    assert!((8000..8192).contains(&held(&names[0])), "{}", held(&names[0]));
    let mut follower = follow(&logs, &name("first"), From::Oldest);
    assert_eq!(follower.more().now_or_never(), Some(true));
    assert!(follower.read().lines.is_empty());
    assert_eq!(follower.more().now_or_never(), None, "it would turn in circles");
}

#[test]
fn no_more_follow_than_may_and_who_leaves_makes_room() {
    let logs = PluginLogs::default();
    let names: Vec<String> = (0..MAX_FOLLOWERS).map(|n| (n / MAX_OF_ONE).to_string()).collect();
    let follow = |who: &str| logs.follow(&name("a"), From::Oldest, who);
    let mut followers: Vec<Follower> = names.iter().map(|who| follow(who).unwrap()).collect();
    assert!(follow("another").is_none());
    followers.pop();
    assert!(follow("another").is_some());
}

#[test]
fn nobody_keeps_all_others_out() {
    let logs = PluginLogs::default();
    let follow = |plugin: &str, who: &str| logs.follow(&name(plugin), From::Oldest, who);
    let mut own: Vec<Follower> = (0..MAX_OF_ONE).map(|_| follow("a", "viewer").unwrap()).collect();
    assert!(follow("b", "viewer").is_none());
    assert!(follow("a", "admin").is_some());
    own.pop();
    assert!(follow("b", "viewer").is_some());
}

#[test]
fn who_only_looks_keeps_nobody_out() {
    let logs = PluginLogs::default();
    write(&group(&logs, &["a"]), 0..3);
    let mut all_looks: Vec<Follower> =
        (0..=MAX_FOLLOWERS).map(|_| logs.look(&name("a"), From::Tail(2))).collect();
    assert_eq!(all(&mut all_looks[MAX_FOLLOWERS]), (0, texts(1..3)));
    assert!(logs.follow(&name("a"), From::Oldest, "somebody").is_some());
}

proptest! {
    /// Whatever is written and read in whatever order, a follower gets each line once,
    /// in order, or is told that it missed it.
    #[test]
    fn nothing_is_lost_without_a_word(steps in prop::collection::vec((0_usize..1200, 0_usize..12), 1..8)) {
        let logs = PluginLogs::default();
        let output = group(&logs, &["a"]);
        let mut follower = follow(&logs, &name("a"), From::Oldest);
        let _begins_here = follower.read();
        let (mut written, mut expected) = (0, 0);
        for (writes, reads) in steps {
            write(&output, written..written + writes);
            written += writes;
            for _ in 0..reads {
                let batch = follower.read();
                expected += usize::try_from(batch.dropped).unwrap();
                for line in &batch.lines {
                    prop_assert_eq!(&*line.message, expected.to_string());
                    expected += 1;
                }
            }
        }
        let (dropped, rest) = all(&mut follower);
        prop_assert_eq!(expected + usize::try_from(dropped).unwrap() + rest.len(), written);
    }
}
