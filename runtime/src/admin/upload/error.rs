//! Why a form brought no package.

use davit_plugin::manifest::ByteSize;
use http::StatusCode;

use super::refused;
use crate::directories::InstallError;
use crate::dispatch::Refusal;

/// A form brought no package.
#[derive(Debug, thiserror::Error)]
pub(super) enum UploadError {
    /// It is no form, or not all of one.
    #[error("the multipart form cannot be read ({0}): send one field, with curl's -F file=@PACKAGE.tgz")]
    Form(String),
    /// There is no field `file`, or no file in it.
    #[error("{0}: send the package as the field `file`, with curl's -F file=@PACKAGE.tgz")]
    NoFile(&'static str),
    /// By its name the file is no archive.
    #[error(
        "the file's name does not end with .tgz, .tar.gz or .zip: pack the plugin's folder with `davit pack`"
    )]
    FileType,
    /// More bytes than may be.
    #[error("the package is larger than {}: leave out what the plugin does not need", ByteSize(*.0))]
    TooLarge(u64),
    /// It did not come in time.
    #[error("the package came too slowly: send it again, over a faster connection")]
    TooSlow,
    /// The disk did not take it.
    #[error(transparent)]
    Install(#[from] InstallError),
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        let (status, code) = match &error {
            UploadError::Install(error) => return refused::refusal(error),
            UploadError::Form(_) => (StatusCode::BAD_REQUEST, "INVALID_MULTIPART_FORM"),
            UploadError::NoFile(_) => (StatusCode::BAD_REQUEST, "NO_FILE_PROVIDED"),
            UploadError::FileType => (StatusCode::BAD_REQUEST, "INVALID_FILE_TYPE"),
            UploadError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "PACKAGE_TOO_LARGE"),
            UploadError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "UPLOAD_TOO_SLOW"),
        };
        Self::new(status, code, error.to_string())
    }
}
