//! A volume without room.

use std::path::Path;

use davit_plugin::control::RefusalCode;
use davit_tests::process::Program;
use reqwest::Body;

use crate::harness::{Package, RUNTIME, Replica, fence, refused};

/// Bytes that do not compress.
pub(crate) fn noise(length: u32) -> String {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from(state >> 24).unwrap() % 26)
    };
    (0..length).map(next).collect()
}

/// The system lets no file of this process grow beyond 256 KiB, so a larger
/// package meets the same end as on a full disk, wherever the suite runs.
pub(crate) fn confined(replica: &Replica) -> Program {
    let mut program = replica.program(Path::new("/bin/sh"));
    let script = "trap '' XFSZ; ulimit -f 512; exec \"$0\"";
    program.command().args(["-c", script, RUNTIME]);
    program
}

#[tokio::test]
async fn a_package_without_room_is_refused_and_what_fits_goes_on() {
    let mut replica = Replica::prepare(&[]);
    let program = confined(&replica);
    replica.run_program(program).await;
    let operator = replica.operator();
    let hello = Package::saying("hello", "one");
    operator.go_live(fence(1, 1), &[&hello]).await;
    let before = replica.packages();
    let large = Package::saying("large", &noise(600 << 10));
    assert_eq!(refused(operator.put(&large).await), (507, RefusalCode::VolumeFull));
    // A package that fits but whose files do not.
    let unpacked = Package::saying("large", &"a".repeat(600 << 10));
    assert!(unpacked.bytes.len() < 100 << 10);
    let said = operator.put_bytes(unpacked.digest, Body::from(unpacked.bytes.clone())).await;
    assert_eq!(refused(said), (507, RefusalCode::VolumeFull));
    assert_eq!(replica.packages(), before);
    operator.go_live(fence(1, 2), &[&hello, &Package::saying("small", "two")]).await;
    assert_eq!(replica.get("/small/").await, (200, "two".to_owned()));
}

/// The plan that serves stays when the next one cannot be written.
#[tokio::test]
async fn a_plan_without_room_does_not_take_over() {
    let mut replica = Replica::prepare(&[]);
    let program = confined(&replica);
    replica.run_program(program).await;
    let operator = replica.operator();
    let serving = operator.go_live(fence(1, 1), &[&Package::saying("hello", "one")]).await;
    let mut large = crate::harness::plan([&Package::saying("hello", "one")]);
    large.plugins[0].config.insert("text".into(), noise(600 << 10).into());
    operator.prepare(&crate::harness::request(fence(1, 2), &large)).await.unwrap();
    assert_eq!(refused(operator.commit(fence(1, 2), &large).await), (507, RefusalCode::VolumeFull));
    let state = operator.state().await;
    assert_eq!(state.committed.map(|committed| committed.plan), Some(serving.digest()));
    assert_eq!(replica.get("/hello/").await, (200, "one".to_owned()));
    assert_eq!(operator.plan().await.unwrap().plan, serving);
}
