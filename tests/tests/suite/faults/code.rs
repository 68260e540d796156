//! Code that cannot be loaded or does not start.

use super::Fault;

const SYNTAX_ERROR: Fault = Fault {
    files: &[("plugin.ts", "export default {\n  routes: { fetch: () => new Response( },\n};\n")],
    reason: "LoadFailed",
    says: &["plugin.ts:2:"],
};

const THROWS_AT_LOAD: Fault = Fault {
    files: &[(
        "plugin.ts",
        "const port = 1;\nthrow new Error(`no database at ${port}`);\nexport default {};\n",
    )],
    reason: "LoadFailed",
    says: &["no database at 1", "plugin.ts:2:"],
};

const PACKAGE_NOT_THERE: Fault = Fault {
    files: &[(
        "plugin.ts",
        "import left from \"left-of-nowhere\";\nexport default { onInit() { left(); } };\n",
    )],
    reason: "LoadFailed",
    says: &["cannot find the package \"left-of-nowhere\"", "bundle it", "plugin.ts:1:"],
};

const INIT_THROWS: Fault = Fault {
    files: &[(
        "plugin.ts",
        "export default {\n  onInit() {\n    throw new Error(\"no licence\");\n  },\n};\n",
    )],
    reason: "InitFailed",
    says: &["no licence", "plugin.ts:3:"],
};

const INIT_HANGS: Fault = Fault {
    files: &[("plugin.ts", "export default { onInit: () => new Promise(() => {}) };\n")],
    reason: "InitTimeout",
    says: &["onInit did not end within 2000 ms"],
};

const INIT_BLOCKS: Fault = Fault {
    files: &[("plugin.ts", "export default { onInit() { for (;;); } };\n")],
    reason: "InitTimeout",
    says: &["was not ready within 2s", "blocks its worker"],
};

#[tokio::test]
async fn a_syntax_error_leaves_the_plugin_out() {
    SYNTAX_ERROR.at_the_start().await;
}

#[tokio::test]
async fn a_syntax_error_leaves_the_last_good_version_serving() {
    SYNTAX_ERROR.after_a_good_version().await;
}

#[tokio::test]
async fn a_module_that_throws_at_load_leaves_the_plugin_out() {
    THROWS_AT_LOAD.at_the_start().await;
}

#[tokio::test]
async fn a_module_that_throws_at_load_leaves_the_last_good_version_serving() {
    THROWS_AT_LOAD.after_a_good_version().await;
}

#[tokio::test]
async fn a_package_that_is_not_there_is_not_installed_and_leaves_the_plugin_out() {
    PACKAGE_NOT_THERE.at_the_start().await;
}

#[tokio::test]
async fn an_on_init_that_throws_leaves_the_plugin_out() {
    INIT_THROWS.at_the_start().await;
}

#[tokio::test]
async fn an_on_init_that_throws_leaves_the_last_good_version_serving() {
    INIT_THROWS.after_a_good_version().await;
}

#[tokio::test]
async fn an_on_init_that_hangs_leaves_the_plugin_out() {
    INIT_HANGS.at_the_start().await;
}

#[tokio::test]
async fn an_on_init_that_hangs_leaves_the_last_good_version_serving() {
    INIT_HANGS.after_a_good_version().await;
}

#[tokio::test]
async fn an_on_init_that_blocks_its_worker_leaves_the_last_good_version_serving() {
    INIT_BLOCKS.after_a_good_version().await;
}
