//! The committed plan on the volume: what a runtime serves again after a restart.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use davit_plugin::control::{CommittedPlan, MAX_PLAN};
use davit_plugin::plan::FORMAT;

use super::entry::PLAN;
use super::{Packages, VolumeError, durable};

/// The largest file, in bytes: a plan with its fence and tag.
const MAX_FILE: u64 = (MAX_PLAN + (4 << 10)) as u64;

impl Packages {
    /// Writes the plan; it is on the disk when this returns. Blocks on it.
    pub fn write_plan(&self, plan: &CommittedPlan) -> Result<(), VolumeError> {
        let folder = self.folder();
        let write = || {
            let mut writer = BufWriter::new(durable::beside(folder)?);
            serde_json::to_writer(&mut writer, plan)?;
            writer.flush()?;
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            durable::publish(file, folder, PLAN)
        };
        write().map_err(|source| VolumeError::io(&folder.join(PLAN), source))
    }

    /// The plan that was written last; none if there is none that can be used,
    /// which is logged. Blocks on the disk.
    pub fn read_plan(&self) -> Option<CommittedPlan> {
        let path = self.folder().join(PLAN);
        read(&path).unwrap_or_else(|why| {
            let path = path.display();
            tracing::error!("{path} cannot be used: {why}; the runtime waits for a plan from the operator");
            None
        })
    }
}

fn read(path: &Path) -> Result<Option<CommittedPlan>, String> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)) {
        Ok(read) if read as u64 > MAX_FILE => return Err(format!("it is larger than {MAX_FILE} bytes")),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    }
    let read: CommittedPlan = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    match read.plan.format {
        FORMAT => Ok(Some(read)),
        other => Err(format!("it has the format {other}, not {FORMAT}")),
    }
}
