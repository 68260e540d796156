//! Why the API server cannot be asked, and what to do.

use std::error::Error as _;

use kube::Error;
use kube::core::Status;
use kube::runtime::watcher;

/// What is wrong and what to do, on one line.
pub fn cause(error: &Error) -> String {
    match error {
        Error::Api(status) => of_status(status),
        error => {
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(inner) = source {
                let inner_text = inner.to_string();
                if !text.contains(&inner_text) {
                    text = format!("{text}: {inner_text}");
                }
                source = inner.source();
            }
            format!("the API server cannot be reached: {text}")
        }
    }
}

fn of_status(status: &Status) -> String {
    let message = &status.message;
    match status.code {
        403 => format!("{message}: bind the roles in config/rbac to the operator's service account"),
        401 => format!("{message}: the operator's credentials are not known to the API server"),
        404 => format!("{message}: apply config/crd, if it is one of Davit's kinds"),
        _ => format!("{message} ({})", status.code),
    }
}

/// The same of a watch; none if it only begins anew, as watches do.
pub(super) fn of_watch(error: &watcher::Error) -> Option<String> {
    match error {
        watcher::Error::InitialListFailed(error) | watcher::Error::WatchStartFailed(error) => {
            Some(cause(error))
        }
        watcher::Error::WatchError(status) if status.code == 410 => None,
        watcher::Error::WatchError(status) => Some(of_status(status)),
        watcher::Error::WatchFailed(error) => Some(cause(error)),
        watcher::Error::NoResourceVersion => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, message: &str) -> watcher::Error {
        let status = Status { code, message: message.into(), ..Status::default() };
        watcher::Error::InitialListFailed(Error::Api(Box::new(status)))
    }

    #[test]
    fn a_missing_kind_and_a_missing_right_say_what_to_apply() {
        let missing = of_watch(&refused(404, "404 page not found")).unwrap();
        assert!(missing.contains("apply config/crd"), "{missing}");
        let denied = of_watch(&refused(403, "pods is forbidden")).unwrap();
        assert!(denied.starts_with("pods is forbidden") && denied.contains("config/rbac"), "{denied}");
    }

    #[test]
    fn a_watch_that_is_too_old_is_no_trouble() {
        let status = Status { code: 410, ..Status::default() };
        assert_eq!(of_watch(&watcher::Error::WatchError(Box::new(status))), None);
    }
}
