//! In which encoding a CSV file is written: the declared one, or the one under which its headers are those of the contract.
//!
//! A text that is UTF-8 as a whole is taken as UTF-8: what is written in GB18030 or Big5 and holds more than ASCII never is. A text is
//! decoded as a whole or not at all; no character is replaced.

use std::fs;
use std::io;
use std::path::Path;

use encoding_rs::DecoderResult;
use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Join, Text, text};

use crate::contract::Contract;
use crate::csv_file::{CsvFile, header_of};
use crate::files::unreadable;
use crate::findings::about_file;
use crate::inputs::Export;

/// The encodings that exports are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// GB18030 and what it grew from: GBK, GB2312.
    Gb18030,
    /// Big5.
    Big5,
}

impl Encoding {
    /// By its name in `kpi.toml`: `utf-8`, `gb18030`, `gbk`, `gb2312` or `big5`, in any case.
    pub fn find(name: &str) -> Option<Encoding> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Encoding::Utf8),
            "gb18030" | "gbk" | "gb2312" => Some(Encoding::Gb18030),
            "big5" => Some(Encoding::Big5),
            _ => None,
        }
    }

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
            Encoding::Big5 => "Big5",
        }
    }

    /// The text of these bytes.
    ///
    /// # Errors
    /// The first line, from 1, that is not in this encoding.
    pub fn decode(self, bytes: &[u8]) -> Result<String, u64> {
        let codec = match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Gb18030 => encoding_rs::GB18030,
            Encoding::Big5 => encoding_rs::BIG5,
        };
        let mut decoder = codec.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        let mut text = String::with_capacity(room.unwrap_or_default());
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
        match result {
            DecoderResult::InputEmpty => Ok(text),
            _ => Err(lines(bytes.get(..read.saturating_sub(1)).unwrap_or_default())),
        }
    }
}

/// The line on which what follows these bytes stands.
fn lines(bytes: &[u8]) -> u64 {
    1 + bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The whole text of a file as UTF-8.
///
/// # Errors
/// What the system says, or that the file is not in this encoding.
pub fn read_text(path: &Path, encoding: Encoding) -> io::Result<Vec<u8>> {
    let decoded = encoding.decode(&fs::read(path)?);
    decoded
        .map(String::into_bytes)
        .map_err(|line| io::Error::new(io::ErrorKind::InvalidData, format!("line {line} is not {}", encoding.name())))
}

/// The encoding of an export: the declared one, else UTF-8 if it is that, else the only one under which the headers of the contract are
/// found.
///
/// # Errors
/// That the file is not in the declared encoding, or that none or several fit.
pub fn resolve(export: &Export, contracts: &[Contract]) -> Result<Encoding, Vec<Diagnostic>> {
    let path = export.path.as_path();
    let bytes = fs::read(path).map_err(|error| vec![unreadable(path, &error)])?;
    if let Some(declared) = export.encoding {
        return declared.decode(&bytes).map(|_| declared).map_err(|line| vec![not_encoded(path, declared, line)]);
    }
    let Some(line) =
        std::str::from_utf8(&bytes).err().map(|error| lines(bytes.get(..error.valid_up_to()).unwrap_or_default()))
    else {
        return Ok(Encoding::Utf8);
    };
    let fits = |header: &[String]| contracts.iter().all(|contract| header.contains(&contract.header));
    // Chinese headers in UTF-8 say what the file is, and that a line of it is torn.
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !first.is_ascii() && headers(first, Encoding::Utf8).is_some_and(|header| fits(&header)) {
        return Err(vec![not_encoded(path, Encoding::Utf8, line)]);
    }
    let fitting = [Encoding::Gb18030, Encoding::Big5];
    let fitting = fitting.into_iter().filter(|encoding| headers(&bytes, *encoding).is_some_and(|header| fits(&header)));
    let fitting: Vec<Encoding> = fitting.collect();
    match fitting.as_slice() {
        [encoding] => Ok(*encoding),
        fitting => Err(vec![unclear(path, line, &bytes, fitting)]),
    }
}

/// The headers of a text in an encoding; `None` if it is not in it.
fn headers(bytes: &[u8], encoding: Encoding) -> Option<Vec<String>> {
    let text = encoding.decode(bytes).ok()?;
    let mut csv = CsvFile::of_bytes(text.into_bytes()).ok()?;
    csv.next_record().ok()?.map(|(record, _)| header_of(record))
}

/// The finding about a line that is not in the encoding of its file.
pub fn not_encoded(path: &Path, encoding: Encoding, line: u64) -> Diagnostic {
    let name = encoding.name();
    let mut finding = about_file(codes::NOT_ENCODED, path, text!("line {line} is not {name}", line, name));
    if let Some(place) = &mut finding.place {
        place.line = Some(line);
    }
    finding.help(text!("name the encoding of the file in `kpi.toml`: `{example}`", example = EXAMPLE))
}

/// How an encoding is declared.
const EXAMPLE: &str = "{ file = \"…\", encoding = \"gb18030\" }";

/// How much of a line a message shows, in characters.
const SHOWN: usize = 40;

/// Headers are shown where they differ from the contract; where they fit, the line that is not ASCII tells a person more.
fn unclear(path: &Path, line: u64, bytes: &[u8], fitting: &[Encoding]) -> Diagnostic {
    let shown = [Encoding::Gb18030, Encoding::Big5].map(|encoding| {
        let name = encoding.name();
        let Ok(text) = encoding.decode(bytes) else { return text!("it is not {name}", name) };
        let whole = text.lines().nth(line as usize - 1).unwrap_or_default();
        let words: String = whole.chars().take(SHOWN).collect();
        let header = headers(bytes, encoding).unwrap_or_default();
        match header.iter().find(|header| !header.is_ascii()).or(header.first()) {
            Some(header) if fitting.is_empty() => text!("as {name} one of its headers is `{header}`", name, header),
            _ => text!("as {name} line {line} is `{words}`", name, line, words),
        }
    });
    let first = text!("line {line} is not {name}", line, name = Encoding::Utf8.name());
    let under = Text::list(std::iter::once(first).chain(shown), Join::Semicolon);
    let message = if fitting.is_empty() {
        text!("in no encoding does the file have the headers of its contract: {under}", under)
    } else {
        text!("the file can be read in several encodings: {under}", under)
    };
    about_file(codes::UNCLEAR_ENCODING, path, message)
        .help(text!("name the encoding of the file in `kpi.toml`: `{example}`", example = EXAMPLE))
}
