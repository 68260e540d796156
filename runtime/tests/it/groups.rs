//! Groups of a plan that serves and do not run.

use davit_plugin::control::PluginReport;
use davit_plugin::plan::PluginState;
use davit_plugin::reason::Reason;
use davit_tests::until;
use reqwest::Method;

use crate::harness::{Operator, Package, Replica, fence, plan, request, steps};

/// Why the plugin of this name is degraded, if it is.
fn degraded(reports: &[PluginReport], name: &str) -> Option<Reason> {
    let report = reports.iter().find(|report| report.name.as_str() == name)?;
    match &report.state {
        PluginState::Degraded(problem) => Some(problem.reason),
        PluginState::Ready | PluginState::Pending | PluginState::Failed(_) => None,
    }
}

async fn now(operator: &Operator, name: &str) -> Option<Reason> {
    degraded(&operator.state().await.plugins, name)
}

#[tokio::test]
async fn a_plan_can_be_committed_without_what_does_not_run_here_and_heals_by_itself() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let (file, go) = (home.path().join("steps"), home.path().join("go"));
    let init = format!("if (!existsSync({:?})) throw new Error('not yet');", go.to_str().unwrap());
    let (ill, well) = (Package::living("ill", &file, &init), Package::saying("well", "fine"));
    for package in [&ill, &well] {
        operator.put(package).await.unwrap();
    }
    let both = plan([&ill, &well]);
    operator.prepare(&request(fence(1, 1), &both)).await.unwrap();
    let answer = operator.commit_degraded(fence(1, 1), &both).await.unwrap();
    assert_eq!(degraded(&answer.plugins, "ill"), Some(Reason::InitFailed));
    assert_eq!(replica.ready().await.0, 200);
    assert_eq!(replica.get("/well/").await, (200, "fine".to_owned()));
    let refusal = replica.request(Method::GET, "/ill/").send().await.unwrap();
    assert_eq!((refusal.status().as_u16(), refusal.headers()["retry-after"].as_bytes()), (503, &b"1"[..]));
    let body: serde_json::Value = refusal.json().await.unwrap();
    assert_eq!(body["code"], "WORKER_UNAVAILABLE", "{body}");
    assert_eq!(replica.metric("davit_plugins_degraded").await, Some(1));
    let listed = replica.admin("/_/api/plugins").await;
    assert_eq!(
        (&listed[0]["state"], &listed[0]["reason"]),
        (&"failed".into(), &"InitFailed".into()),
        "{listed}"
    );

    // It is no news for the next plan, so it hinders nothing.
    let more = Package::saying("more", "here");
    operator.put(&more).await.unwrap();
    let next = plan([&ill, &well, &more]);
    let answer = operator.prepare(&request(fence(1, 2), &next)).await.unwrap();
    assert_eq!(degraded(&answer.plugins, "ill"), Some(Reason::InitFailed));
    operator.commit(fence(1, 2), &next).await.unwrap();
    assert_eq!(replica.get("/more/").await, (200, "here".to_owned()));

    until("another try", async || (steps(&file, "init") >= 2).then_some(())).await;
    std::fs::write(&go, "").unwrap();
    until("it runs", async || (replica.get("/ill/").await.0 == 200).then_some(())).await;
    assert_eq!(now(&operator, "ill").await, None);
}

#[tokio::test]
async fn a_group_that_is_not_ready_in_time_serves_as_soon_as_it_is() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let (file, go) = (home.path().join("steps"), home.path().join("go"));
    let waits = format!("while (!existsSync({:?})) await Bun.sleep(10);", go.to_str().unwrap());
    let slow = Package::living("slow", &file, &waits);
    operator.put(&slow).await.unwrap();
    let plan = plan([&slow]);
    let mut call = request(fence(1, 1), &plan);
    call.deadline = 300;
    operator.prepare(&call).await.unwrap();
    operator.commit_degraded(fence(1, 1), &plan).await.unwrap();
    assert_eq!(now(&operator, "slow").await, Some(Reason::RolloutInProgress));
    assert_eq!(replica.get("/slow/").await.0, 503);
    std::fs::write(&go, "").unwrap();
    until("it runs", async || (replica.get("/slow/").await.0 == 200).then_some(())).await;
    assert_eq!((now(&operator, "slow").await, steps(&file, "init")), (None, 1));
}

#[tokio::test]
async fn a_worker_that_ends_again_and_again_is_told_but_hinders_no_plan() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let armed = home.path().join("armed");
    let code = format!(
        "import {{ existsSync }} from \"node:fs\";
setInterval(() => {{ if (existsSync({:?})) process.exit(7); }}, 5);
export default {{ routes: {{ fetch: () => new Response(\"alive\") }} }};
",
        armed.to_str().unwrap()
    );
    let mortal = Package::of_code("mortal", &code);
    operator.go_live(fence(1, 1), &[&mortal]).await;
    assert_eq!(replica.get("/mortal/").await.1, "alive");
    std::fs::write(&armed, "").unwrap();
    until("a crash loop", async || {
        (now(&operator, "mortal").await == Some(Reason::WorkerCrashLooping)).then_some(())
    })
    .await;
    let other = Package::saying("other", "here");
    operator.go_live(fence(1, 2), &[&mortal, &other]).await;
    assert_eq!(replica.get("/other/").await.1, "here");
    std::fs::remove_file(&armed).unwrap();
    until("it runs again", async || (replica.get("/mortal/").await.0 == 200).then_some(())).await;
    assert_eq!(now(&operator, "mortal").await, None);
}

#[tokio::test]
async fn a_group_whose_inputs_stay_keeps_its_process() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    let home = tempfile::tempdir().unwrap();
    let (stays, goes) = (home.path().join("stays"), home.path().join("goes"));
    let (one, two) = (Package::living("one", &stays, ""), Package::living("two", &goes, ""));
    operator.go_live(fence(1, 1), &[&one, &two]).await;
    let pid = replica.get("/one/").await.1;
    operator.go_live(fence(1, 2), &[&one, &Package::saying("two", "new")]).await;
    assert_eq!(replica.get("/two/").await.1, "new");
    assert_eq!(replica.get("/one/").await.1, pid);
    until("the old one's end", async || (steps(&goes, "shutdown") == 1).then_some(())).await;
    assert_eq!((steps(&stays, "init"), steps(&stays, "shutdown")), (1, 0));
}
