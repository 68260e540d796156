//! Since when plugins that have a folder of their own are gone, on the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use davit_plugin::PluginName;

use super::durable;

/// No plugin's name starts with a dot.
const FILE: &str = ".left.json";
/// The largest file, in bytes.
const MAX: u64 = 16 << 20;

/// Seconds since 1970, for each plugin that is gone.
pub(super) type Left = BTreeMap<PluginName, u64>;

/// What was written last. A file that cannot be used is as good as none: data
/// stays for longer then. Blocks on the disk.
pub(super) fn read(folder: &Path) -> Left {
    let path = folder.join(FILE);
    parse(&path).unwrap_or_else(|why| {
        let path = path.display();
        tracing::error!("{path} cannot be used: {why}; the time of plugins that are gone begins anew");
        Left::new()
    })
}

fn parse(path: &Path) -> Result<Left, String> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes)) {
        Ok(read) if read as u64 > MAX => Err(format!("it is larger than {MAX} bytes")),
        Ok(_) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Left::new()),
        Err(error) => Err(error.to_string()),
    }
}

/// Writes it; it is on the disk when this returns. Blocks on it.
pub(super) fn write(folder: &Path, left: &Left) -> io::Result<()> {
    let mut file = durable::beside(folder)?;
    file.write_all(&serde_json::to_vec(left)?)?;
    file.as_file().sync_all()?;
    durable::publish(file, folder, FILE)
}
