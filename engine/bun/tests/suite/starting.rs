//! Which failed starts may be cured by another try.

use std::path::Path;

use davit_engine::{GroupState, PluginFailure};

use crate::bench::{Bench, settled};

fn failure(state: GroupState) -> PluginFailure {
    match state {
        GroupState::Failed(failures) => failures.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_process_that_could_not_start_may_start_later() {
    // Ends at once, as Bun does where the system leaves it no memory.
    let bench = Bench::new(Path::new("/bin/echo"));
    let group = bench.start(&[("one", "export default {}")]);
    let failure = failure(settled(&group).await);
    assert!(failure.curable, "{failure:?}");
}

#[tokio::test]
async fn code_that_cannot_be_loaded_stays_so_and_on_init_may_be_luckier() {
    let bench = Bench::new(&davit_engine_bun::locate().unwrap());
    let broken = bench.start(&[("broken", "export default {")]);
    let unlucky = bench.start(&[(
        "unlucky",
        "export default { provides() {}, onInit() { throw new Error('no database') } }",
    )]);
    assert!(!failure(settled(&broken).await).curable);
    assert!(failure(settled(&unlucky).await).curable);
}
