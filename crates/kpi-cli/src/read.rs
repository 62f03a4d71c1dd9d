//! Reading text files: what is no UTF-8 text is refused, with the place and what to do.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use kpi_base::{Code, Diagnostic, Text, text};

use crate::console::Failure;

/// Why a file gives no text.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The cause, to stand after "cannot be read:".
    pub why: Text,
    /// The remedy.
    pub help: Option<Text>,
}

impl Unreadable {
    /// The finding about a file that messages show as `path`.
    pub fn fail(self, code: Code, path: &str) -> Failure {
        let finding = Diagnostic::new(code, text!("`{path}` cannot be read: {why}", path, why = self.why));
        Failure::one(match self.help {
            Some(help) => finding.help(help),
            None => finding,
        })
    }
}

/// The text of a UTF-8 file; a byte order mark stays.
pub(crate) fn read_text(path: &Path) -> Result<String, Unreadable> {
    let bytes = fs::read(path).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::NotFound => text!("there is no such file"),
            ErrorKind::PermissionDenied => text!("reading it is not permitted"),
            ErrorKind::IsADirectory => text!("it is a folder"),
            _ => Text::verbatim(error.to_string()),
        };
        Unreadable { why, help: None }
    })?;
    decode(bytes)
}

/// Bytes as UTF-8 text. UTF-16 is known by its byte order mark, or by a zero in every second of the first bytes.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, (1..), 0, (1..), ..] | [(1..), 0, (1..), 0, ..] = *bytes {
        let help = Some(text!("save the file as UTF-8"));
        return Err(Unreadable { why: text!("it is UTF-16 text, not UTF-8"), help });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let (line, column) = place_after(error.as_bytes(), error.utf8_error().valid_up_to());
        Unreadable {
            why: text!("line {line}, column {column} is not UTF-8 text", line, column),
            help: Some(text!("save the file as UTF-8; texts in Chinese are often GB18030")),
        }
    })?;
    // It cannot be seen in a message that shows the line.
    if let Some(at) = text.find('\0') {
        let (line, column) = place_after(text.as_bytes(), at);
        return Err(Unreadable {
            why: text!("line {line}, column {column} is a zero byte, which no text has", line, column),
            help: Some(text!("the file is damaged or no text: restore it, or remove the zero bytes")),
        });
    }
    Ok(text)
}

/// Line and character column, both from 1, behind the first bytes; a byte order mark does not count.
fn place_after(bytes: &[u8], count: usize) -> (usize, usize) {
    let good = String::from_utf8_lossy(bytes.get(..count).unwrap_or_default());
    let good = good.strip_prefix('\u{feff}').unwrap_or(&good);
    let column = good.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (good.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The English words of why and of what to do.
    fn refused(bytes: &[u8]) -> (String, String) {
        let found = decode(bytes.to_vec()).unwrap_err();
        let words = |text: Text| text.to(kpi_base::Language::English);
        (words(found.why), found.help.map(words).unwrap_or_default())
    }

    #[test]
    fn a_wrong_byte_is_told_by_line_and_character() {
        let help = "save the file as UTF-8; texts in Chinese are often GB18030".to_owned();
        let at = |line, column| (format!("line {line}, column {column} is not UTF-8 text"), help.clone());
        assert_eq!(refused(b"\xb9\xab"), at(1, 1));
        assert_eq!(refused(b"policy \"\xb9\xab\"\n"), at(1, 9));
        assert_eq!(refused("指标 x\r\n目标 ".bytes().chain([0xff]).collect::<Vec<_>>().as_slice()), at(2, 4));
        assert_eq!(refused(b"\xef\xbb\xbfab\n\xc0"), at(2, 1));
        assert_eq!(refused(b"\xef\xbb\xbfab\xc0"), at(1, 3));
        // A character that the end cuts in two.
        assert_eq!(refused(b"a\n\n\xe6\x8c"), at(3, 1));
    }

    #[test]
    fn utf_16_is_called_so() {
        let told = ("it is UTF-16 text, not UTF-8".to_owned(), "save the file as UTF-8".to_owned());
        let little: Vec<u8> = "policy".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "policy".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(refused(&little), told);
        assert_eq!(refused(&big), told);
        assert_eq!(refused(&[&[0xff, 0xfe], &*little].concat()), told);
        assert_eq!(refused(&[&[0xfe, 0xff], &*big].concat()), told);
        assert_eq!(refused(&[0xff, 0xfe]), told);
    }

    #[test]
    fn a_zero_byte_is_told_by_its_place() {
        let why = |text: &str| refused(text.as_bytes()).0;
        let at = |line, column| format!("line {line}, column {column} is a zero byte, which no text has");
        assert_eq!(why("\0"), at(1, 1));
        assert_eq!(why("\0\0\0\0"), at(1, 1));
        assert_eq!(why("policy \0 {"), at(1, 8));
        assert_eq!(why("a\n指\0"), at(2, 2));
    }

    #[test]
    fn what_is_text_is_read_as_it_stands() {
        for text in ["", "\u{feff}", "\u{feff}policy", "指标\r\n😀"] {
            assert_eq!(decode(text.as_bytes().to_vec()).unwrap(), text);
        }
    }

    #[test]
    fn folders_and_files_that_are_not_there() {
        let why = |path: &Path| read_text(path).unwrap_err().why.to(kpi_base::Language::English);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(why(&folder.path().join("none.kpi")), "there is no such file");
        #[cfg(unix)]
        assert_eq!(why(folder.path()), "it is a folder");
    }
}
