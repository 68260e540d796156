//! A plugin that shows whether two of its kind ever run at once.

/// Lines for its manifest.
pub const EXCLUSIVE: &str = "davit: {replacement: exclusive}\n";

/// Code that has a database in the plugin's own folder to itself, from its start to
/// the end of its process, and keeps a record there of each start and each
/// `onShutdown`. It answers everything with that record. `init` and `end` are what
/// it does in `onInit` and `onShutdown`.
pub fn alone(version: &str, init: &str, end: &str) -> String {
    format!(
        r#"import {{ Database }} from "bun:sqlite";
let database: Database;
export default {{
  async onInit(ctx: any) {{
    database = new Database(ctx.dataDir + "/alone.sqlite");
    database.run("PRAGMA locking_mode = EXCLUSIVE");
    database.run("CREATE TABLE IF NOT EXISTS life (step TEXT)");
    database.run("INSERT INTO life VALUES ('{version}')");
    {init}
  }},
  async onShutdown() {{
    {end}
    database.run("INSERT INTO life VALUES ('{version} ended')");
  }},
  routes: {{
    fetch() {{
      const rows = database.query("SELECT step FROM life ORDER BY rowid").all() as {{ step: string }}[];
      return new Response(rows.map(row => row.step).join(","));
    }},
  }},
}};
"#
    )
}
