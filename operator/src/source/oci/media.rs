//! Which manifests are asked for, and which layers are taken for an archive:
//! Davit's own and others (interfaces §7).

/// The manifest of an artifact (OCI image specification 1.1, "Image Manifest").
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The same by Docker's own words.
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Lists of manifests, which are asked for only to tell people of them.
const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// What a manifest may be, as the header Accept has it.
pub(super) fn accept() -> String {
    [MANIFEST, DOCKER_MANIFEST, INDEXES[0], INDEXES[1]].join(", ")
}

/// Whether it is the type of a list of manifests.
pub(super) fn is_index(media_type: &str) -> bool {
    INDEXES.contains(&media_type)
}

/// Whether a layer of this type is a gzip'd tar, Davit's own or somebody else's.
pub(super) fn is_tar_gzip(media_type: &str) -> bool {
    ["tar+gzip", "tar.gzip"].iter().any(|end| media_type.ends_with(end))
}

/// Whether a layer of this type may be a gzip'd tar: `oras push` calls any file
/// that it is given without a type a plain tar. Its first bytes decide.
pub(super) fn may_be_archive(media_type: &str) -> bool {
    matches!(media_type, "application/vnd.oci.image.layer.v1.tar" | "application/gzip" | "application/x-gzip")
}
