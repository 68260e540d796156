//! The folders that stand for a pod's volumes.

use std::path::PathBuf;

use k8s_openapi::api::core::v1::{Container, Pod, Volume};

use super::place::{Place, made};
use super::played::PlayedPod;
use super::secret::SecretFolder;

/// A pod's volumes. They live as long as the pod; a claim lives longer.
#[derive(Debug)]
pub(super) struct Volumes {
    folders: Vec<(String, PathBuf)>,
    secrets: Vec<SecretFolder>,
}

impl Volumes {
    /// Makes the folders of a pod's volumes. An error says what is missing, or
    /// what the stand-in does not play.
    pub(super) fn make(pod: &Pod, played: &PlayedPod, place: &Place) -> Result<Self, String> {
        let mut volumes = Self { folders: Vec::new(), secrets: Vec::new() };
        for volume in pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten()) {
            let folder = volumes.folder_of(volume, played, place)?;
            volumes.folders.push((volume.name.clone(), folder));
        }
        volumes.refresh(place)?;
        Ok(volumes)
    }

    fn folder_of(&mut self, volume: &Volume, played: &PlayedPod, place: &Place) -> Result<PathBuf, String> {
        if let Some(claim) = &volume.persistent_volume_claim {
            return Ok(place.claim_folder(&claim.claim_name));
        }
        let folder = made(played.folder().join(&volume.name));
        if let Some(source) = &volume.secret {
            self.secrets.push(SecretFolder::new(folder.clone(), source));
        } else if volume.empty_dir.is_none() {
            return Err(format!("the kind of the volume {} is not played", volume.name));
        }
        Ok(folder)
    }

    /// Writes the Secrets that have changed.
    pub(super) fn refresh(&mut self, place: &Place) -> Result<(), String> {
        self.secrets.iter_mut().try_for_each(|secret| secret.write(place))
    }

    /// Where a container finds them.
    pub(super) fn mounts(&self, container: &Container) -> Mounts {
        let mounts = container.volume_mounts.iter().flatten().filter_map(|mount| {
            let (_, folder) = self.folders.iter().find(|(name, _)| *name == mount.name)?;
            let real = mount.sub_path.as_ref().map_or_else(|| folder.clone(), |path| folder.join(path));
            Some((mount.mount_path.trim_end_matches('/').to_owned(), real))
        });
        Mounts(mounts.collect())
    }
}

/// The mount paths of a container with the real folders.
#[derive(Debug)]
pub(super) struct Mounts(Vec<(String, PathBuf)>);

impl Mounts {
    /// A text in which every path below a mount is replaced by the real one. Paths
    /// may be joined by `:`, as in lists of folders.
    pub(super) fn real(&self, text: &str) -> String {
        let parts = text.split(':').map(|part| self.real_path(part).unwrap_or_else(|| part.to_owned()));
        parts.collect::<Vec<_>>().join(":")
    }

    fn real_path(&self, path: &str) -> Option<String> {
        let below = |(mount, folder): &(String, PathBuf)| {
            let rest = path.strip_prefix(mount.as_str())?;
            let whole = rest.is_empty() || rest.starts_with('/');
            whole.then(|| (mount.len(), format!("{}{rest}", folder.display())))
        };
        self.0.iter().filter_map(below).max().map(|(_, real)| real)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_a_mount_are_replaced_by_the_longest_one_and_others_are_left() {
        let mount = |path: &str, real: &str| (path.to_owned(), PathBuf::from(real));
        let mounts = Mounts(vec![mount("/data", "/t/a"), mount("/data/keys", "/t/b")]);
        let table = [
            ("/data", "/t/a"),
            ("/data/x", "/t/a/x"),
            ("/data/keys/key", "/t/b/key"),
            ("/database", "/database"),
            ("/data:/else:/data/keys", "/t/a:/else:/t/b"),
            ("30s", "30s"),
        ];
        for (text, real) in table {
            assert_eq!(mounts.real(text), real);
        }
    }
}
