//! In: a request. Out: the bytes of its one file, as they come; nothing is held but a
//! piece of it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, header};
use multer::{Constraints, Field, Multipart, SizeLimit, parse_boundary};

use super::error::UploadError;
use super::paced::{Broken, Handed, Paced};
use super::unread::Unread;

/// The field that has the package.
const FIELD: &str = "file";
/// What the names of archives end with.
const ENDINGS: [&str; 3] = [".tgz", ".tar.gz", ".zip"];
/// What a form may have besides its file, in bytes.
const BESIDES: u64 = 64 << 10;
/// Fields that one looks at.
const FIELDS: usize = 16;

/// A form that has not been read yet.
pub(super) struct Form {
    fields: Multipart<'static>,
    handed: Arc<Handed>,
    limit: u64,
}

/// The file in a form.
pub(super) struct Archive {
    field: Field<'static>,
    handed: Arc<Handed>,
    left: u64,
    limit: u64,
}

impl Form {
    /// The form in a body, whose file may have so many bytes.
    pub(super) fn of(headers: &HeaderMap, body: Unread, limit: u64) -> Result<Self, UploadError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = parse_boundary(kind.unwrap_or_default()).map_err(|error| broken(&error, limit))?;
        let handed = Arc::new(Handed::default());
        let paced = Paced::new(body, handed.clone());
        // One more byte than may be, so that the file is what is too large.
        let size = SizeLimit::new().whole_stream(limit.saturating_add(1 + BESIDES));
        let fields = Multipart::with_constraints(paced, boundary, Constraints::new().size_limit(size));
        Ok(Self { fields, handed, limit })
    }

    /// The field `file`; others before it are not looked into.
    pub(super) async fn file(&mut self) -> Result<Archive, UploadError> {
        for _ in 0..FIELDS {
            let Some(mut field) = self.next().await? else {
                return Err(UploadError::NoFile("the form has no field named `file`"));
            };
            if field.name() == Some(FIELD) {
                check_name(field.file_name())?;
                let (handed, limit) = (self.handed.clone(), self.limit);
                return Ok(Archive { field, handed, left: limit, limit });
            }
            let mut left = BESIDES;
            while let Some(piece) = field.chunk().await.map_err(|error| self.broken(&error))? {
                self.handed.taken();
                left = left.checked_sub(piece.len() as u64).ok_or_else(|| too_much("before its file"))?;
            }
        }
        Err(too_much("before its file"))
    }

    /// Nothing may come behind the file.
    pub(super) async fn end(&mut self) -> Result<(), UploadError> {
        match self.next().await? {
            None => Ok(()),
            Some(_) => Err(too_much("behind its file")),
        }
    }

    async fn next(&mut self) -> Result<Option<Field<'static>>, UploadError> {
        let field = self.fields.next_field().await.map_err(|error| self.broken(&error))?;
        self.handed.taken();
        Ok(field)
    }

    fn broken(&self, error: &multer::Error) -> UploadError {
        broken(error, self.limit)
    }
}

impl Archive {
    /// The next piece; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        let piece = self.field.chunk().await.map_err(|error| broken(&error, self.limit))?;
        self.handed.taken();
        if let Some(piece) = &piece {
            self.left = self.left.checked_sub(piece.len() as u64).ok_or(UploadError::TooLarge(self.limit))?;
        }
        Ok(piece)
    }
}

/// A browser sends a file without a name if none was chosen.
fn check_name(name: Option<&str>) -> Result<(), UploadError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(UploadError::NoFile("the field `file` is no file"));
    };
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)).then_some(()).ok_or(UploadError::FileType)
}

fn too_much(place: &str) -> UploadError {
    UploadError::Form(format!("it has more {place} than it may have"))
}

fn broken(error: &multer::Error, limit: u64) -> UploadError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => UploadError::TooLarge(limit),
        multer::Error::StreamReadFailed(source) => match source.downcast_ref::<Broken>() {
            Some(Broken::Silent) => UploadError::TooSlow,
            _ => UploadError::Form(source.to_string()),
        },
        error => UploadError::Form(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::{StreamExt as _, stream};
    use http::HeaderValue;

    use super::*;

    const HEAD: &str = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.tgz\"\r\n\r\n";

    fn form(body: Body, limit: u64) -> Form {
        let kind = HeaderValue::from_static("multipart/form-data; boundary=b");
        let headers = [(header::CONTENT_TYPE, kind)].into_iter().collect();
        Form::of(&headers, Unread::new(body), limit).unwrap()
    }

    async fn all(mut form: Form) -> Result<Vec<u8>, UploadError> {
        let (mut archive, mut bytes) = (form.file().await?, Vec::new());
        while let Some(piece) = archive.next().await? {
            bytes.extend_from_slice(&piece);
        }
        drop(archive);
        form.end().await.map(|()| bytes)
    }

    fn whole(file: &[u8]) -> Vec<u8> {
        [HEAD.as_bytes(), file, b"\r\n--b--\r\n"].concat()
    }

    #[tokio::test]
    async fn a_file_comes_out_as_it_went_in_however_it_is_cut() {
        let file: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).chain(*b"\r\n--c\r\n--").collect();
        let sent = whole(&file);
        for cut in [7, 1 << 10, 1 << 20] {
            let pieces: Vec<_> =
                sent.chunks(cut).map(|piece| Ok::<_, axum::Error>(Bytes::copy_from_slice(piece))).collect();
            let body = Body::from_stream(stream::iter(pieces));
            assert!(all(form(body, 1 << 20)).await.unwrap() == file, "in pieces of {cut}");
        }
    }

    #[tokio::test]
    async fn a_file_may_have_as_many_bytes_as_the_limit_and_not_one_more() {
        assert_eq!(all(form(Body::from(whole(b"abcd")), 4)).await.unwrap(), b"abcd");
        let refused = all(form(Body::from(whole(b"abcde")), 4)).await.unwrap_err();
        assert!(matches!(refused, UploadError::TooLarge(4)), "{refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_given_up() {
        let start = stream::iter([Ok::<_, axum::Error>(Bytes::from_static(HEAD.as_bytes()))]);
        let refused = all(form(Body::from_stream(start.chain(stream::pending())), 4)).await.unwrap_err();
        assert!(matches!(refused, UploadError::TooSlow), "{refused}");
    }

    #[tokio::test]
    async fn headers_without_an_end_are_not_held_in_memory() {
        let endless = stream::repeat_with(|| Ok::<_, axum::Error>(Bytes::from_static(&[b'x'; 1 << 10])));
        let body = stream::iter([Ok(Bytes::from_static(b"--b\r\nx: "))]).chain(endless);
        let refused = all(form(Body::from_stream(body), 1 << 30)).await.unwrap_err();
        assert!(refused.to_string().contains("headers of a field are too large"), "{refused}");
    }
}
