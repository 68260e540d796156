//! Packages sent to a server.

use reqwest::RequestBuilder;

use super::Server;

/// What bounds the parts of a form.
const BOUNDARY: &str = "suite-form-boundary";

/// A form with one file: its media type and its body.
pub fn form(field: &str, file: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{file}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    (format!("multipart/form-data; boundary={BOUNDARY}"), [head.as_bytes(), bytes, end.as_bytes()].concat())
}

impl Server {
    /// An upload of an archive under this file's name, with the key and this server's
    /// Origin.
    pub fn upload(&self, file: &str, archive: &[u8]) -> RequestBuilder {
        let (media_type, body) = form("file", file, archive);
        self.post("/_/api/plugins/upload").header("content-type", media_type).body(body)
    }
}
