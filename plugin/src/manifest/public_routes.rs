//! `publicRoutes`: which requests need no key.

use super::fields::{Findings, list, text};
use super::node::{Kind, Node};
use crate::routes::{Methods, PublicRoutes};

/// A list counts for every method; a mapping names the method of each list.
pub(super) fn read(node: Option<Node>, findings: &mut Findings) -> PublicRoutes {
    let Some(node) = node else { return PublicRoutes::default() };
    let at = node.at;
    let mut routes = Vec::new();
    match node.kind {
        Kind::Map(entries) => {
            for (key, node) in entries {
                match key.value.parse::<Methods>() {
                    Ok(methods) => read_list(node, methods, &mut routes, findings),
                    Err(error) => findings.add(key.referenced.into(), error.to_string()),
                }
            }
        }
        _ => read_list(node, Methods::All, &mut routes, findings),
    }
    PublicRoutes::compile(routes).unwrap_or_else(|error| {
        findings.add(at, error.to_string());
        PublicRoutes::default()
    })
}

fn read_list(node: Node, methods: Methods, routes: &mut Vec<(Methods, String)>, findings: &mut Findings) {
    for node in list(node, "publicRoutes", crate::routes::MAX_PATTERNS, findings) {
        let Some(pattern) = text(&node, "a public route", findings) else { continue };
        match crate::routes::check_pattern(pattern) {
            Ok(()) => routes.push((methods, pattern.to_owned())),
            Err(error) => findings.add(node.at, error.to_string()),
        }
    }
}
