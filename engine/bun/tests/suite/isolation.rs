//! What one worker sees of another one.

use davit_engine::GroupState;

use crate::bench::{Bench, settled};

const LITTERS: &str = r#"
import { readdirSync, writeFileSync } from "node:fs";
export default { provides() {}, onInit() {
  const found = readdirSync(".");
  if (found.length > 0) throw new Error(`not alone: ${found}`);
  writeFileSync("bunfig.toml", "this is no TOML");
  writeFileSync("data.json", "{}");
} };"#;

#[tokio::test]
async fn what_a_plugin_writes_by_a_relative_path_meets_no_other_worker() {
    let bench = Bench::new(&davit_engine_bun::locate().unwrap());
    let one = bench.start(&[("one", LITTERS)]);
    assert_eq!(settled(&one).await, GroupState::Ready);
    let other = bench.start(&[("other", LITTERS)]);
    assert_eq!(settled(&other).await, GroupState::Ready);
}
