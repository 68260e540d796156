//! What the kernel says of processes (proc(5)).

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::BenchError;

/// Memory of one process or of several, in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// What is resident; shared pages count in full.
    pub(crate) rss: u64,
    /// What is resident; shared pages count by their share.
    pub(crate) pss: u64,
}

impl Memory {
    /// Of the process `pid`.
    pub(crate) fn of(pid: u32) -> Result<Self, BenchError> {
        let text = read(pid, "smaps_rollup")?;
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).ok_or(BenchError::Gone(pid))
        };
        Ok(Self { rss: field("Rss:")?, pss: field("Pss:")? })
    }

    /// Of all `pids` together.
    pub(crate) fn of_all(pids: &[u32]) -> Result<Self, BenchError> {
        pids.iter().try_fold(Self::default(), |sum, &pid| {
            let more = Self::of(pid)?;
            Ok(Self { rss: sum.rss + more.rss, pss: sum.pss + more.pss })
        })
    }
}

/// CPU time, user and system, of all threads that the process has had. The sum
/// is exact to one tick (10 ms).
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, BenchError> {
    Ok(ticks(Stat::of(pid)?.ticks))
}

/// What a core has done so far, for whomever; what the host has taken from this
/// machine meanwhile counts too.
pub(crate) fn core_time(core: usize) -> Result<Duration, BenchError> {
    let text = fs::read_to_string("/proc/stat").map_err(BenchError::io("read /proc/stat"))?;
    let name = format!("cpu{core} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
    // user, nice, system, (idle, iowait,) irq, softirq, steal
    Ok(ticks([0, 1, 2, 5, 6, 7].iter().filter_map(|&at| fields.get(at)).sum()))
}

fn ticks(count: u64) -> Duration {
    Duration::from_micros(count * 1_000_000 / rustix::param::clock_ticks_per_second())
}

/// Whether the process is there and has not ended.
pub(crate) fn is_there(pid: u32) -> bool {
    Stat::of(pid).is_ok_and(|stat| stat.state != 'Z')
}

/// The processes whose parent is `parent`.
pub(crate) fn children(parent: u32) -> Result<Vec<u32>, BenchError> {
    let entries = fs::read_dir("/proc").map_err(BenchError::io("list /proc"))?;
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_child = |pid: &u32| Stat::of(*pid).is_ok_and(|stat| stat.parent == parent && stat.state != 'Z');
    Ok(pids.filter(is_child).collect())
}

/// How many processes run the program `path`, whoever started them.
pub(crate) fn running(path: &Path) -> Result<usize, BenchError> {
    let path = path.canonicalize().map_err(BenchError::io(format!("find {}", path.display())))?;
    let entries = fs::read_dir("/proc").map_err(BenchError::io("list /proc"))?;
    let programs = entries.filter_map(|entry| fs::read_link(entry.ok()?.path().join("exe")).ok());
    Ok(programs.filter(|program| *program == path).count())
}

struct Stat {
    state: char,
    parent: u32,
    ticks: u64,
}

impl Stat {
    fn of(pid: u32) -> Result<Self, BenchError> {
        Self::parse(&read(pid, "stat")?).ok_or(BenchError::Gone(pid))
    }

    /// The second field is the program's name, which may hold spaces and
    /// brackets; state, parent, utime and stime are the fields 3, 4, 14 and 15.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            ticks: ticks(11)? + ticks(12)?,
        })
    }
}

fn read(pid: u32, file: &str) -> Result<String, BenchError> {
    fs::read_to_string(format!("/proc/{pid}/{file}")).map_err(|error| match error.kind() {
        // ESRCH (no such process) has no kind of its own: the process was there
        // when the file was opened.
        io::ErrorKind::PermissionDenied => {
            BenchError::Io { what: format!("read /proc/{pid}/{file}"), source: error }
        }
        _ => BenchError::Gone(pid),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_behind_a_name_with_brackets() {
        let text = "42 (a) b) c) S 7 42 42 0 -1 4194304 1 0 0 0 30 12 0 0 20 0 1 0 9 1 1";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.state, stat.parent, stat.ticks), ('S', 7, 42));
    }

    #[test]
    fn counts_this_process_as_one_that_runs_its_program() {
        assert!(running(&std::env::current_exe().unwrap()).unwrap() >= 1);
    }

    #[test]
    fn this_process_has_used_memory_and_is_its_parents_child() {
        let (this, parent) = (std::process::id(), std::os::unix::process::parent_id());
        let memory = Memory::of(this).unwrap();
        assert!(memory.pss > 0 && memory.rss >= memory.pss);
        assert!(children(parent).unwrap().contains(&this));
    }
}
