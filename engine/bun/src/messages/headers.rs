//! Headers on the wire.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers as the wire holds them: names and values in turn, each character one
/// byte (Fetch's `ByteString`).
pub(crate) fn headers_to_wire(headers: &HeaderMap) -> Vec<String> {
    let mut flat = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        flat.push(name.as_str().to_owned());
        flat.push(value.as_bytes().iter().map(|&byte| char::from(byte)).collect());
    }
    flat
}

/// The way back; `None` if a name or value cannot stand in HTTP.
pub(crate) fn headers_from_wire(flat: &[String]) -> Option<HeaderMap> {
    let (pairs, rest) = flat.as_chunks::<2>();
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for [name, value] in pairs {
        let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<_>>()?;
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(&bytes).ok()?);
    }
    rest.is_empty().then_some(headers)
}
