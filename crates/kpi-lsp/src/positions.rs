//! Byte offsets of a file as positions of the protocol, in the encoding that the client chose.

use kpi_base::{SourceFile, Span};
use lsp_types::{Position, PositionEncodingKind, Range};

/// How columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what the protocol assumes unless both sides agree on another.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The one to use with a client that offers these: bytes where it can, since that is how spans count.
    pub fn choose(offered: &[PositionEncodingKind]) -> Encoding {
        let offers = |kind: &PositionEncodingKind| offered.contains(kind);
        if offers(&PositionEncodingKind::UTF8) {
            Encoding::Utf8
        } else if offers(&PositionEncodingKind::UTF16) || !offers(&PositionEncodingKind::UTF32) {
            Encoding::Utf16
        } else {
            Encoding::Utf32
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// The range of a span.
pub fn range(file: &SourceFile, span: Span, encoding: Encoding) -> Range {
    Range { start: position(file, span.start, encoding), end: position(file, span.end, encoding) }
}

/// The position of a byte.
pub fn position(file: &SourceFile, offset: u32, encoding: Encoding) -> Position {
    let starts = file.line_starts();
    let line = starts.partition_point(|&start| start <= offset).saturating_sub(1);
    let start = starts.get(line).copied().unwrap_or_default();
    let before = file.text.get(start as usize..offset as usize).unwrap_or_default();
    Position { line: line as u32, character: encoding.width(before) as u32 }
}

/// The byte of a position. Behind the end of its line it is at its end, behind the last line at the end of the text, and
/// within a character before it.
pub fn offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text.get(start..).and_then(|rest| rest.find('\n')) {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut left = position.character as usize;
    for (at, c) in line.char_indices() {
        let width = match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if left < width {
            return start + at;
        }
        left -= width;
    }
    start + line.len()
}

#[cfg(test)]
mod tests {
    use kpi_base::FileId;

    use super::*;

    #[test]
    fn columns_in_each_encoding() {
        let file = SourceFile::new("a.kpi", "x\n主播😀y");
        let span = Span { file: FileId(0), start: 8, end: 12 };
        let columns = |encoding| {
            let range = range(&file, span, encoding);
            (range.start.line, range.start.character, range.end.character)
        };
        assert_eq!(columns(Encoding::Utf8), (1, 6, 10));
        assert_eq!(columns(Encoding::Utf16), (1, 2, 4));
        assert_eq!(columns(Encoding::Utf32), (1, 2, 3));
    }

    #[test]
    fn the_protocols_default_is_utf_16() {
        assert_eq!(Encoding::choose(&[]), Encoding::Utf16);
        assert_eq!(Encoding::choose(&[PositionEncodingKind::UTF32]), Encoding::Utf32);
        assert_eq!(Encoding::choose(&[PositionEncodingKind::UTF16, PositionEncodingKind::UTF8]), Encoding::Utf8);
    }
}
