//! A Secret as files. A change replaces all of them at once by the swap of one
//! link, as the kubelet does it: `tls.crt → ..data/tls.crt`, `..data → ..7`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::SecretVolumeSource;

use super::place::{Place, made};

/// The link that names the present files.
const DATA: &str = "..data";

type Files = BTreeMap<String, Vec<u8>>;

/// The folder of a Secret.
#[derive(Debug)]
pub(super) struct SecretFolder {
    folder: PathBuf,
    source: SecretVolumeSource,
    written: Option<Files>,
    generation: u32,
}

impl SecretFolder {
    pub(super) fn new(folder: PathBuf, source: &SecretVolumeSource) -> Self {
        Self { folder, source: source.clone(), written: None, generation: 0 }
    }

    /// Writes the Secret's files if they have changed. An error says what is
    /// missing; what was written before stays.
    pub(super) fn write(&mut self, place: &Place) -> Result<(), String> {
        let files = self.files(place)?;
        if self.written.as_ref() == Some(&files) {
            return Ok(());
        }
        self.generation += 1;
        let generation = format!("..{}", self.generation);
        let folder = made(self.folder.join(&generation));
        for (path, bytes) in &files {
            fs::write(folder.join(path), bytes).expect("the disk is writable");
        }
        let next = self.folder.join("..next");
        symlink(&generation, &next).and_then(|()| fs::rename(&next, self.folder.join(DATA))).expect("a link");
        self.link(&files);
        let _none_before_the_first =
            fs::remove_dir_all(self.folder.join(format!("..{}", self.generation - 1)));
        self.written = Some(files);
        Ok(())
    }

    /// Links the names that have come and removes those that have gone.
    fn link(&self, files: &Files) {
        let before = self.written.iter().flat_map(BTreeMap::keys);
        before.filter(|path| !files.contains_key(*path)).for_each(|path| {
            fs::remove_file(self.folder.join(path)).expect("the link is there");
        });
        for path in files.keys() {
            let link = self.folder.join(path);
            if !link.is_symlink() {
                symlink(Path::new(DATA).join(path), link).expect("a link");
            }
        }
    }

    fn files(&self, place: &Place) -> Result<Files, String> {
        let name = self.source.secret_name.as_deref().unwrap_or_default();
        let Some(secret) = place.secret(name) else {
            let optional = self.source.optional == Some(true);
            return if optional { Ok(Files::new()) } else { Err(format!("secret {name:?} not found")) };
        };
        let data = secret.data.unwrap_or_default();
        let Some(items) = &self.source.items else {
            return Ok(data.into_iter().map(|(key, ByteString(bytes))| (key, bytes)).collect());
        };
        let item = |key: &str| data.get(key).ok_or_else(|| format!("secret {name:?} has no key {key:?}"));
        items.iter().map(|it| Ok((it.path.clone(), item(&it.key)?.0.clone()))).collect()
    }
}
