//! CSV files, record by record, with the line of each.
//!
//! Polars reads the cells of large files; what it passes over in silence is found here first: rows with too few or too many
//! cells, blank lines, headers that come twice, bytes that are not UTF-8. The same reader finds the places of bad cells.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::encoding::{Encoding, read_text};

/// What records are read from: a file, or a text in memory.
trait Bytes: Read + Seek {}

impl<T: Read + Seek> Bytes for T {}

/// Reads records of a file; memory holds one block of it.
pub struct CsvFile {
    bytes: Box<dyn Bytes>,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    ended: bool,
    line: u64,
    record: Record,
}

/// One record: the cells' bytes, unquoted, one after the other.
#[derive(Debug, Default)]
pub struct Record {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Whether a quote stands where another reader might take it otherwise: inside an unquoted cell, or behind a quoted
    /// one.
    pub odd_quotes: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// What a look at every line of a file shows.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The headers, without blanks at their ends.
    pub header: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// Whether it must be rewritten before Polars can read it: blank lines between rows, or odd quotes.
    pub rewrite: bool,
    /// The first rows with another number of cells than the header: line and number of cells.
    pub ragged: Vec<(u64, usize)>,
    /// How many such rows there are.
    pub ragged_count: u64,
    /// The first line that is not UTF-8.
    pub not_utf8: Option<u64>,
}

const BLOCK: usize = 1 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

impl Record {
    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell at a place, if there is one and it is UTF-8.
    pub fn cell(&self, place: usize) -> Option<&str> {
        std::str::from_utf8(self.cell_bytes(place)?).ok()
    }

    fn cell_bytes(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0);
        self.bytes.get(start..end)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.odd_quotes = false;
    }
}

impl CsvFile {
    /// Opens a file. One that is not UTF-8 is decoded first, as a whole.
    ///
    /// # Errors
    /// What the system says; likewise below.
    pub fn open(path: &Path, encoding: Encoding) -> io::Result<CsvFile> {
        match encoding {
            Encoding::Utf8 => CsvFile::of(Box::new(File::open(path)?)),
            other => CsvFile::of_bytes(read_text(path, other)?),
        }
    }

    /// Reads a text in UTF-8.
    pub fn of_bytes(bytes: Vec<u8>) -> io::Result<CsvFile> {
        CsvFile::of(Box::new(Cursor::new(bytes)))
    }

    fn of(bytes: Box<dyn Bytes>) -> io::Result<CsvFile> {
        let mut csv = CsvFile {
            bytes,
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            ended: false,
            line: 1,
            record: Record::default(),
        };
        csv.fill()?;
        if csv.rest().starts_with(BOM) {
            csv.start = BOM.len();
        }
        Ok(csv)
    }

    /// The next record, and whether blank lines stood before it; `None` at the end.
    pub fn next_record(&mut self) -> io::Result<Option<(&Record, bool)>> {
        let mut blank = false;
        loop {
            match self.rest() {
                [b'\n', ..] => self.start += 1,
                [b'\r', b'\n', ..] => self.start += 2,
                [] | [b'\r'] if !self.ended => {
                    self.fill()?;
                    continue;
                }
                [] | [b'\r'] => return Ok(None),
                _ => break,
            }
            blank = true;
            self.line += 1;
        }
        self.record.line = self.line;
        loop {
            self.record.clear();
            let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
            if let Some((length, lines)) = split(rest, self.ended, &mut self.record) {
                self.start += length;
                self.line += lines;
                return Ok(Some((&self.record, blank)));
            }
            self.fill()?;
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    /// Moves what is left to the front and reads on behind it.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        if self.buffer.len() < self.filled + BLOCK {
            self.buffer.resize((self.filled + BLOCK).max(self.buffer.len() * 2), 0);
        }
        let space = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let read = self.bytes.read(space)?;
        self.filled += read;
        self.ended = read == 0;
        Ok(())
    }
}

/// Splits off the first record: how many bytes and how many lines it takes; `None` if more bytes are needed to know.
fn split(bytes: &[u8], ended: bool, record: &mut Record) -> Option<(usize, u64)> {
    let (mut at, mut lines) = (0, 0);
    loop {
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let run = bytes.get(at..)?.iter().take_while(|b| **b != b'"').count();
                let quoted = bytes.get(at..at + run)?;
                lines += quoted.iter().filter(|b| **b == b'\n').count() as u64;
                record.bytes.extend_from_slice(quoted);
                at += run;
                match (bytes.get(at), bytes.get(at + 1)) {
                    (Some(_), Some(b'"')) => {
                        record.bytes.push(b'"');
                        at += 2;
                    }
                    (Some(_), None) if !ended => return None,
                    (Some(_), _) => {
                        at += 1;
                        break;
                    }
                    // A quote that is never closed takes the rest of the file.
                    (None, _) if ended => {
                        record.odd_quotes = true;
                        break;
                    }
                    (None, _) => return None,
                }
            }
        }
        let run = bytes.get(at..)?.iter().take_while(|b| !matches!(b, b',' | b'\n')).count();
        let plain = bytes.get(at..at + run)?;
        let end = bytes.get(at + run);
        if end.is_none() && !ended {
            return None;
        }
        let plain = if end == Some(&b',') { plain } else { plain.strip_suffix(b"\r").unwrap_or(plain) };
        record.odd_quotes |= plain.contains(&b'"');
        record.bytes.extend_from_slice(plain);
        record.ends.push(record.bytes.len());
        at += run;
        match end {
            Some(b',') => at += 1,
            Some(_) => return Some((at + 1, lines + 1)),
            None => return Some((at, lines + 1)),
        }
    }
}

/// The headers of a record, without blanks at their ends.
pub fn header_of(record: &Record) -> Vec<String> {
    (0..record.len()).map(|place| record.cell(place).unwrap_or_default().trim().to_owned()).collect()
}

/// Looks at every line of a file but those that are left out.
///
/// # Errors
/// What the system says.
pub fn look_at(path: &Path, encoding: Encoding, left_out: &BTreeSet<u64>, limit: usize) -> io::Result<Shape> {
    let mut csv = CsvFile::open(path, encoding)?;
    let mut shape = Shape::default();
    let Some((record, blank)) = csv.next_record()? else { return Ok(shape) };
    // Polars reads UTF-8 and nothing else.
    shape.rewrite = blank || record.odd_quotes || encoding != Encoding::Utf8;
    match std::str::from_utf8(&record.bytes) {
        Ok(_) => shape.header = header_of(record),
        Err(_) => {
            shape.not_utf8 = Some(record.line);
            return Ok(shape);
        }
    }
    let width = shape.header.len();
    while let Some((record, blank)) = csv.next_record()? {
        shape.rewrite |= blank || record.odd_quotes;
        if left_out.contains(&record.line) {
            // Polars is not told of it.
            shape.rewrite = true;
            continue;
        }
        shape.rows += 1;
        if record.len() != width {
            shape.ragged_count += 1;
            if shape.ragged.len() < limit {
                shape.ragged.push((record.line, record.len()));
            }
        }
        if std::str::from_utf8(&record.bytes).is_err() {
            shape.not_utf8 = Some(record.line);
            return Ok(shape);
        }
    }
    // Blank lines behind the last row are not seen by the loop.
    shape.rewrite |= csv.line > 1 && ends_with_blank_line(&mut *csv.bytes)?;
    Ok(shape)
}

fn ends_with_blank_line(bytes: &mut dyn Bytes) -> io::Result<bool> {
    let length = bytes.seek(SeekFrom::End(0))?;
    bytes.seek(SeekFrom::Start(length.saturating_sub(4)))?;
    let mut tail = Vec::new();
    bytes.read_to_end(&mut tail)?;
    Ok(tail.ends_with(b"\n\n") || tail.ends_with(b"\n\r\n"))
}

/// The file in UTF-8, without blank lines and those that are left out, and with every quote where all readers agree on it.
///
/// # Errors
/// What the system says.
pub fn rewrite(path: &Path, encoding: Encoding, left_out: &BTreeSet<u64>) -> io::Result<Vec<u8>> {
    let mut csv = CsvFile::open(path, encoding)?;
    let mut out = Vec::new();
    while let Some((record, _)) = csv.next_record()? {
        if left_out.contains(&record.line) {
            continue;
        }
        for place in 0..record.len() {
            if place > 0 {
                out.push(b',');
            }
            let cell = record.cell_bytes(place).unwrap_or_default();
            let quote = cell.iter().any(|b| matches!(b, b'"' | b',' | b'\n' | b'\r'));
            if !quote {
                out.extend_from_slice(cell);
                continue;
            }
            out.push(b'"');
            for &byte in cell {
                if byte == b'"' {
                    out.push(b'"');
                }
                out.push(byte);
            }
            out.push(b'"');
        }
        out.push(b'\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let path = crate::fixtures::file("records.csv", text);
        let mut csv = CsvFile::open(&path, Encoding::Utf8).unwrap();
        let mut out = Vec::new();
        while let Some((record, _)) = csv.next_record().unwrap() {
            out.push((record.line, (0..record.len()).map(|i| record.cell(i).unwrap().to_owned()).collect()));
        }
        out
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn records_know_their_line() {
        let text = "\u{feff}id,名称\r\n1,\"a,\n\"\"b\"\r\n\r\n\n2,\n3,x";
        let expected = [row(1, &["id", "名称"]), row(2, &["1", "a,\n\"b"]), row(6, &["2", ""]), row(7, &["3", "x"])];
        assert_eq!(records(text.as_bytes()), expected);
        assert_eq!(records(b""), []);
        assert_eq!(records(b"\r\n\n\r"), []);
        assert_eq!(records(b"a\n\"\"\n\"b"), [row(1, &["a"]), row(2, &[""]), row(3, &["b"])]);
    }

    #[test]
    fn a_record_may_cross_a_block() {
        let mut text = b"id,name\n".to_vec();
        for i in 0..200_000 {
            text.extend_from_slice(format!("{i},\"name {i}\"\r\n").as_bytes());
        }
        let all = records(&text);
        assert_eq!(all.len(), 200_001);
        assert_eq!(all[200_000], row(200_001, &["199999", "name 199999"]));
    }

    #[test]
    fn the_shape_tells_what_is_wrong() {
        let path = crate::fixtures::file("shape.csv", b"id, x \n1,2\n3\n\n4,5,6\n7,8\n");
        let shape = look_at(&path, Encoding::Utf8, &BTreeSet::new(), 10).unwrap();
        assert_eq!((shape.header.as_slice(), shape.rows), (["id".to_owned(), "x".to_owned()].as_slice(), 4));
        assert_eq!((shape.ragged, shape.ragged_count, shape.rewrite), (vec![(3, 1), (5, 3)], 2, true));
        let path = crate::fixtures::file("gbk.csv", b"id,name\n1,\xd5\xc5\xc8\xfd\n");
        assert_eq!(look_at(&path, Encoding::Utf8, &BTreeSet::new(), 10).unwrap().not_utf8, Some(2));
        let path = crate::fixtures::file("tail.csv", b"id\r\n1\r\n\r\n");
        assert!(look_at(&path, Encoding::Utf8, &BTreeSet::new(), 10).unwrap().rewrite);
        let path = crate::fixtures::file("quotes.csv", b"id,name\n1,5\" disc\n\n2,\"a,b\"\n");
        assert!(look_at(&path, Encoding::Utf8, &BTreeSet::new(), 10).unwrap().rewrite);
        assert_eq!(
            rewrite(&path, Encoding::Utf8, &BTreeSet::new()).unwrap(),
            b"id,name\n1,\"5\"\" disc\"\n2,\"a,b\"\n"
        );
    }
}
