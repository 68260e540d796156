//! What a runtime takes up in the system.

use std::fs;

/// Counts of a runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footprint {
    /// Its child processes.
    pub(super) workers: usize,
    /// Its threads.
    threads: usize,
    /// Its open files and sockets.
    descriptors: usize,
}

impl Footprint {
    /// What this process takes up now (proc(5)).
    pub(super) fn of(pid: u32) -> Self {
        let tasks: Vec<_> = list(&format!("/proc/{pid}/task"));
        let children = |task: &String| {
            let children =
                fs::read_to_string(format!("/proc/{pid}/task/{task}/children")).unwrap_or_default();
            children.split_whitespace().count()
        };
        Self {
            workers: tasks.iter().map(children).sum(),
            threads: tasks.len(),
            descriptors: list(&format!("/proc/{pid}/fd")).len(),
        }
    }

    /// Whether nothing of this is more than there.
    pub(super) fn fits(self, there: Self) -> bool {
        self.workers <= there.workers
            && self.threads <= there.threads
            && self.descriptors <= there.descriptors
    }
}

fn list(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the process is there");
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
