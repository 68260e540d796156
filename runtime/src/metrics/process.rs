//! What a process uses, as Linux tells it (proc_pid_stat(5), proc_pid_statm(5)).

use std::fs;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};

/// What a process uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Resident memory in bytes.
    pub(super) memory: u64,
    /// Processor time, its own and the system's for it.
    pub(super) cpu: Duration,
}

/// What this process uses; none once it is gone.
pub(super) fn usage(pid: u32) -> Option<Usage> {
    let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).ok();
    let memory = resident_pages(&read("statm")?)? * u64::try_from(page_size()).ok()?;
    let cpu = seconds(ticks(&read("stat")?)?, clock_ticks_per_second());
    Some(Usage { memory, cpu })
}

fn seconds(ticks: u64, per_second: u64) -> Duration {
    let per_second = per_second.max(1);
    Duration::from_secs(ticks / per_second)
        + Duration::from_secs(ticks % per_second) / u32::try_from(per_second).unwrap_or(u32::MAX)
}

/// The second number of `statm`.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// `utime` and `stime` of `stat`, its 14th and 15th field. The second one is the
/// program's name in brackets, which may itself hold blanks and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(") ")?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_this_process_uses() {
        let usage = usage(std::process::id()).unwrap();
        assert!((1 << 20..1 << 40).contains(&usage.memory), "{usage:?}");
    }

    #[test]
    fn a_process_that_is_gone_uses_nothing_that_could_be_read() {
        assert_eq!(usage(u32::MAX), None);
    }

    #[test]
    fn a_program_s_name_cannot_pass_for_its_numbers() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 7 0 99";
        for name in ["bun", "a b", ") 1 2 3 (", "x) S 9 9 9 9 9 9 9 9 9 9 9 9 9"] {
            assert_eq!(ticks(&format!("42 ({name}) {rest}")), Some(300), "{name}");
        }
        assert_eq!(ticks("42 (bun) S 1"), None);
        assert_eq!(seconds(350, 100), Duration::from_millis(3500));
        assert_eq!(resident_pages("900 300 5"), Some(300));
    }
}
