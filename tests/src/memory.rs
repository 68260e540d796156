//! Memory of processes, as the kernel counts it.

use std::fs;

/// The most memory that a process has held since its start, or since
/// [`reset_peak`]: VmHWM in bytes (proc(5)).
pub fn peak(pid: u32) -> u64 {
    status(pid, "VmHWM:")
}

/// The memory that a process holds now: VmRSS in bytes.
pub fn resident(pid: u32) -> u64 {
    status(pid, "VmRSS:")
}

/// Makes the present memory the peak.
pub fn reset_peak(pid: u32) {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("the process is ours");
}

fn status(pid: u32, key: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix(key)).expect("the kernel tells the memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB") << 10
}
