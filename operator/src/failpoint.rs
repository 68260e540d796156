//! Borders between stages at which tests let the operator die.

/// Ends the process at once if `DAVIT_FAILPOINT` names this border, or `name:n`
/// and it is crossed the n-th time. Not compiled into releases.
#[cfg(debug_assertions)]
pub fn failpoint(name: &str) {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};
    static CROSSED: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);
    let Ok(wanted) = std::env::var("DAVIT_FAILPOINT") else { return };
    let (border, count) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if border != name {
        return;
    }
    let mut crossed = CROSSED.lock().unwrap_or_else(PoisonError::into_inner);
    let times = crossed.get_or_insert_default().entry(name.to_owned()).or_default();
    *times += 1;
    if count.parse() == Ok(*times) {
        std::process::abort();
    }
}

/// Nothing, in releases.
#[cfg(not(debug_assertions))]
pub fn failpoint(_name: &str) {}
