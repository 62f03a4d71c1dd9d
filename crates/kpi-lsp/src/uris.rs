//! `file:` URIs and paths.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a `file:` URI; none for other schemes and for what is no UTF-8.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let encoded = uri.as_str().strip_prefix("file://")?;
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The `file:` URI of an absolute path; none if it is no UTF-8.
pub fn uri(path: &Path) -> Option<Uri> {
    let mut encoded = "file://".to_owned();
    for byte in path.to_str()?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&encoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_names_go_there_and_back() {
        let path = Path::new("/home/policies/直播 团队/主播.kpi");
        let uri = uri(path).unwrap();
        assert!(uri.as_str().is_ascii());
        assert_eq!(super::path(&uri).as_deref(), Some(path));
        assert_eq!(super::path(&Uri::from_str("untitled:Untitled-1").unwrap()), None);
    }
}
