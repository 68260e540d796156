//! Manifests that cannot be used.

use super::Fault;

const BROKEN_YAML: Fault = Fault {
    files: &[("manifest.yaml", "name: patient\nbase: /patient\nmenus: [\n")],
    reason: "ManifestInvalid",
    says: &["patient/manifest.yaml:3:8", "unclosed bracket '['"],
};

const MISSING_ENTRY: Fault = Fault {
    files: &[("manifest.yaml", "name: patient\nbase: /patient\npluginEntry: dist/plugin.js\n")],
    reason: "PackageInvalid",
    says: &[
        "patient/manifest.yaml",
        "pluginEntry names dist/plugin.js, which is not in the package",
        "build the plugin or correct the path",
    ],
};

const RESERVED_BASE: Fault = Fault {
    files: &[("manifest.yaml", "name: patient\nbase: /api\n")],
    reason: "BaseReserved",
    says: &["patient/manifest.yaml:2:7", "the base `/api` is reserved: choose one other than"],
};

const ROUTES_WITHOUT_BASE: Fault = Fault {
    files: &[("manifest.yaml", "name: patient\nversion: 1.0.0\n")],
    reason: "RoutesWithoutBase",
    says: &["plugin.ts serves requests", "no base", "write `base: /my-plugin`"],
};

#[tokio::test]
async fn broken_yaml_leaves_the_plugin_out() {
    BROKEN_YAML.at_the_start().await;
}

#[tokio::test]
async fn broken_yaml_leaves_the_last_good_version_serving() {
    BROKEN_YAML.after_a_good_version().await;
}

#[tokio::test]
async fn a_missing_entry_leaves_the_plugin_out() {
    MISSING_ENTRY.at_the_start().await;
}

#[tokio::test]
async fn a_missing_entry_leaves_the_last_good_version_serving() {
    MISSING_ENTRY.after_a_good_version().await;
}

#[tokio::test]
async fn a_reserved_base_leaves_the_plugin_out() {
    RESERVED_BASE.at_the_start().await;
}

#[tokio::test]
async fn a_reserved_base_leaves_the_last_good_version_serving() {
    RESERVED_BASE.after_a_good_version().await;
}

#[tokio::test]
async fn routes_without_a_base_leave_the_plugin_out() {
    ROUTES_WITHOUT_BASE.at_the_start().await;
}

#[tokio::test]
async fn routes_without_a_base_leave_the_last_good_version_serving() {
    ROUTES_WITHOUT_BASE.after_a_good_version().await;
}
