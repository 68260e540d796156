use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt as _;
use kube::api::ObjectMeta;
use kube::runtime::reflector;

use super::*;

/// The key `v` is what matters.
#[derive(Debug, Clone, PartialEq)]
struct Value(String, Option<String>);

impl Gist<ConfigMap> for Value {
    fn of(map: &ConfigMap) -> Self {
        Self(map.name_any(), map.data.as_ref().and_then(|data| data.get("v").cloned()))
    }
}

fn map(namespace: &str, name: &str, uid: &str, value: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            namespace: Some(namespace.into()),
            name: Some(name.into()),
            uid: Some(uid.into()),
            ..ObjectMeta::default()
        },
        data: Some([("v".to_owned(), value.to_owned())].into()),
        ..ConfigMap::default()
    }
}

fn value(name: &str, value: &str) -> Value {
    Value(name.into(), Some(value.into()))
}

/// A follower of so many watches, and its store.
fn follower(watches: usize) -> (Follower<ConfigMap, Value>, Store<ConfigMap>) {
    let (store, writer) = reflector::store();
    (Follower::new(writer, watches), store)
}

fn list(follower: &mut Follower<ConfigMap, Value>, watch: usize, maps: &[ConfigMap]) -> Vec<Change<Value>> {
    follower.take(watch, Event::Init);
    maps.iter().for_each(|map| drop(follower.take(watch, Event::InitApply(map.clone()))));
    let mut changes = follower.take(watch, Event::InitDone);
    changes.sort_by(|a, b| a.gist().0.cmp(&b.gist().0));
    changes
}

fn is_ready(store: &Store<ConfigMap>) -> bool {
    use futures::FutureExt as _;
    store.wait_until_ready().now_or_never().is_some()
}

#[test]
fn only_what_matters_is_a_change_but_the_store_has_everything() {
    let (mut follower, store) = follower(1);
    let mut object = map("n", "a", "1", "x");
    assert_eq!(list(&mut follower, 0, &[object.clone()]), [Change::New(value("a", "x"))]);
    object.metadata.resource_version = Some("2".into());
    assert_eq!(follower.take(0, Event::Apply(object.clone())), []);
    assert_eq!(store.state()[0].metadata.resource_version.as_deref(), Some("2"));
    let changed = map("n", "a", "1", "y");
    assert_eq!(follower.take(0, Event::Apply(changed)), [Change::Changed(value("a", "y"))]);
    let another = map("n", "a", "2", "z");
    assert_eq!(follower.take(0, Event::Apply(another.clone())), [Change::New(value("a", "z"))]);
    assert_eq!(follower.take(0, Event::Delete(another)), [Change::Gone(value("a", "z"))]);
    assert!(store.is_empty());
}

#[test]
fn what_went_while_nobody_watched_is_gone() {
    let (mut follower, store) = follower(1);
    let (a, b) = (map("n", "a", "1", "x"), map("n", "b", "2", "x"));
    list(&mut follower, 0, &[a, b.clone()]);
    let c = map("n", "c", "3", "x");
    assert_eq!(
        list(&mut follower, 0, &[b, c]),
        [Change::Gone(value("a", "x")), Change::New(value("c", "x"))]
    );
    assert_eq!(store.len(), 2);
}

#[test]
fn a_list_that_is_cut_off_counts_for_nothing() {
    let (mut follower, store) = follower(1);
    follower.take(0, Event::Init);
    follower.take(0, Event::InitApply(map("n", "a", "1", "x")));
    assert!(store.is_empty());
    assert_eq!(list(&mut follower, 0, &[map("n", "b", "2", "x")]), [Change::New(value("b", "x"))]);
    assert_eq!(store.len(), 1);
}

#[test]
fn several_namespaces_share_a_store_which_is_ready_when_all_are_listed() {
    let (mut follower, store) = follower(2);
    let (a, b) = (map("m", "a", "1", "x"), map("n", "a", "2", "x"));
    list(&mut follower, 0, std::slice::from_ref(&a));
    follower.take(0, Event::Apply(map("m", "late", "3", "x")));
    assert!(!is_ready(&store) && !follower.is_complete());
    list(&mut follower, 1, &[b]);
    assert!(is_ready(&store) && follower.is_complete());
    assert_eq!(store.len(), 3);
    assert_eq!(list(&mut follower, 0, &[a]), [Change::Gone(value("late", "x"))]);
    assert_eq!(store.len(), 2, "the other namespace keeps what it has");
}
