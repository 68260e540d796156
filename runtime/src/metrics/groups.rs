//! What is read of the groups for one answer, which no other answer shares.

use std::sync::atomic::AtomicU64;

use davit_plugin::plan::GroupKey;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::process::{self, Usage};
use crate::assemble::{Assembler, Running};

/// The groups' numbers.
#[derive(Default)]
pub(super) struct Groups {
    pid: Family<GroupLabels, Gauge>,
    restarts: Family<GroupLabels, Gauge<u64, AtomicU64>>,
    in_flight: Family<GroupLabels, Gauge>,
    memory: Family<GroupLabels, Gauge<u64, AtomicU64>>,
    cpu: Family<GroupLabels, Counter<f64, AtomicU64>>,
    unacknowledged: Family<DirectionLabels, Gauge<u64, AtomicU64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GroupLabels {
    group: String,
    plugins: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabels {
    direction: &'static str,
}

impl Groups {
    pub(super) fn read(assembler: &Assembler) -> Self {
        let groups = Self::default();
        let (mut upload, mut download) = (0, 0);
        for (key, running) in assembler.groups() {
            let (labels, stats) = (labels(key, &running), running.group.stats());
            let Usage { memory, cpu } = stats.pid.and_then(process::usage).unwrap_or_default();
            groups.pid.get_or_create(&labels).set(stats.pid.map_or(0, i64::from));
            groups.restarts.get_or_create(&labels).set(stats.restarts);
            groups.in_flight.get_or_create(&labels).set(i64::try_from(stats.in_flight).unwrap_or(i64::MAX));
            groups.memory.get_or_create(&labels).set(memory);
            groups.cpu.get_or_create(&labels).inc_by(cpu.as_secs_f64());
            upload = upload.max(stats.peak_unacknowledged_upload);
            download = download.max(stats.peak_unacknowledged_download);
        }
        for (direction, peak) in [("upload", upload), ("download", download)] {
            groups.unacknowledged.get_or_create(&DirectionLabels { direction }).set(peak as u64);
        }
        groups
    }

    pub(super) fn register(self, registry: &mut Registry) {
        registry.register("group_pid", "Process id of the group's worker, 0 while there is none", self.pid);
        registry.register("group_restarts", "Workers of the group that ended or hung", self.restarts);
        registry.register("group_in_flight", "Requests that the group is answering", self.in_flight);
        registry.register_with_unit(
            "group_memory",
            "Resident memory of the group's worker, 0 while there is none",
            Unit::Bytes,
            self.memory,
        );
        registry.register_with_unit(
            "group_cpu",
            "Processor time of the group's worker; begins anew with each worker",
            Unit::Seconds,
            self.cpu,
        );
        registry.register(
            "unacknowledged_peak_bytes",
            "The most bytes of one body that were on their way to (upload) or from (download) a worker",
            self.unacknowledged,
        );
    }
}

fn labels(key: GroupKey, running: &Running) -> GroupLabels {
    GroupLabels { group: key.to_string(), plugins: running.label.clone() }
}
