//! The text as the grammar reads it: comments gone, full-width punctuation made half-width, and a way back to the
//! bytes of the file.

use std::borrow::Cow;

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, FileId, Span, text};

use crate::words::{by_chinese, english};

/// A doc comment line.
#[derive(Clone, Debug)]
pub(crate) struct DocLine {
    /// Where it stood, as an offset of the read text.
    pub at: usize,
    /// What follows the slashes.
    pub text: String,
}

/// A comment, which the grammar never sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stood, as an offset of the read text.
    pub at: usize,
    /// Its text with the slashes, to the line's end.
    pub text: String,
}

/// The text as the grammar reads it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    file: FileId,
    /// The text: strings and backticks are closed, comments are gone.
    pub text: String,
    /// (offset here, offset in the file) behind each place where the two drift apart.
    shifts: Vec<(u32, u32)>,
    /// The lines of doc comments.
    pub docs: Vec<DocLine>,
    /// All comments, doc comments among them.
    pub comments: Vec<Comment>,
    /// Where a text or a name in backticks that does not end begins.
    pub unclosed: Vec<usize>,
    /// The lines of grids in tests and examples, whose cells are raw: start and end.
    pub grids: Vec<(usize, usize)>,
    /// The Chinese words that stand in English in the text, in order.
    pub chinese: Vec<Chinese>,
    /// Whether most of the declarations begin with a Chinese word.
    pub speaks_chinese: bool,
}

/// A Chinese spelling of a word of the language, which the read text has in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chinese {
    /// Where it stood, as an offset of the read text.
    pub at: usize,
    /// The English word.
    pub english: &'static str,
    /// As it was written.
    pub chinese: &'static str,
}

/// How far a stretch of the read text lies from its place in the file, where nothing within it was read as something else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drift {
    file: FileId,
    here: u32,
    there: u32,
}

impl Drift {
    /// The span of a part of the stretch in the file.
    pub fn span(self, start: usize, end: usize) -> Span {
        let back = |offset: usize| self.there + (offset as u32).saturating_sub(self.here);
        Span { file: self.file, start: back(start), end: back(end) }
    }
}

impl Source {
    /// The drift of a stretch of the read text; `None` if it is not the same all over it.
    pub fn drift(&self, start: usize, end: usize) -> Option<Drift> {
        let next = self.shifts.partition_point(|(here, _)| *here as usize <= start);
        let even = self.shifts.get(next).is_none_or(|(here, _)| *here as usize > end);
        let word = self.chinese.partition_point(|word| word.at + word.english.len() <= start);
        let plain = self.chinese.get(word).is_none_or(|word| word.at > end);
        (even && plain).then(|| Drift { file: self.file, here: start as u32, there: self.back(start) })
    }

    /// The span of a stretch of the read text in the file.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let (start, end) = (self.back(start), self.back(end));
        Span { file: self.file, start, end: end.max(start) }
    }

    /// The Chinese spelling of the word that begins here, if it has one.
    pub fn chinese_at(&self, at: usize) -> Option<Chinese> {
        let place = self.chinese.binary_search_by_key(&at, |word| word.at).ok()?;
        self.chinese.get(place).copied()
    }

    /// A stretch of the text with its words as they were written.
    pub fn written(&self, start: usize, end: usize) -> Cow<'_, str> {
        let first = self.chinese.partition_point(|word| word.at < start);
        let words = self.chinese.get(first..).unwrap_or_default();
        let mut words = words.iter().take_while(|word| word.at + word.english.len() <= end).peekable();
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        if words.peek().is_none() {
            return text(start, end).into();
        }
        let (mut out, mut from) = (String::new(), start);
        for word in words {
            out.push_str(text(from, word.at));
            out.push_str(word.chinese);
            from = word.at + word.english.len();
        }
        out.push_str(text(from, end));
        out.into()
    }

    fn back(&self, offset: usize) -> u32 {
        let word = self.chinese.partition_point(|word| word.at <= offset).checked_sub(1);
        let inside = word.and_then(|i| self.chinese.get(i)).filter(|word| offset < word.at + word.english.len());
        let offset = inside.map_or(offset, |word| word.at) as u32;
        let next = self.shifts.partition_point(|(here, _)| *here <= offset);
        match next.checked_sub(1).and_then(|i| self.shifts.get(i)) {
            Some((here, there)) => there + (offset - here),
            None => offset,
        }
    }
}

/// Reads the text of a file.
pub(crate) fn read_text(file: FileId, original: &str, diagnostics: &mut Vec<Diagnostic>) -> Source {
    let source = Source {
        file,
        text: String::with_capacity(original.len()),
        shifts: Vec::new(),
        docs: Vec::new(),
        comments: Vec::new(),
        unclosed: Vec::new(),
        grids: Vec::new(),
        chinese: Vec::new(),
        speaks_chinese: false,
    };
    let mut reader = Reader {
        original,
        at: 0,
        source,
        in_test: false,
        in_indicator: false,
        in_example: false,
        balance: 0,
        diagnostics,
    };
    if original.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
        reader.shift();
    }
    while reader.at < original.len() {
        reader.read_line();
    }
    reader.source.speaks_chinese = reader.balance > 0;
    reader.source
}

struct Reader<'a> {
    original: &'a str,
    at: usize,
    source: Source,
    in_test: bool,
    in_indicator: bool,
    /// Whether the line stands in an example of an entry.
    in_example: bool,
    /// How many more words in column 0 are Chinese than not.
    balance: isize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.original.get(self.at..).unwrap_or_default()
    }

    fn shift(&mut self) {
        self.source.shifts.push((self.source.text.len() as u32, self.at as u32));
    }

    /// Takes `from` bytes of the file as `to`.
    fn replace(&mut self, from: usize, to: &str) {
        self.source.text.push_str(to);
        self.at += from;
        if from != to.len() {
            self.shift();
        }
    }

    fn copy(&mut self, bytes: usize) {
        if let Some(text) = self.rest().get(..bytes) {
            self.source.text.push_str(text);
        }
        self.at += bytes;
    }

    fn comment(&mut self, text: &str) {
        if !text.is_empty() {
            self.source.comments.push(Comment { at: self.source.text.len(), text: text.to_owned() });
        }
    }

    fn read_line(&mut self) {
        let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
        let content = line.trim_end_matches(['\n', '\r']);
        if let Some(first) = content.chars().next().filter(|c| starts_name(*c)) {
            let word = content.split(|c| !continues_name(c)).next().unwrap_or_default();
            let known = english(word);
            self.balance += if known.is_some() { 1 } else { -1 };
            let known = known.unwrap_or(word);
            self.in_test = known == "test" && first != '_';
            (self.in_indicator, self.in_example) = (known == "indicator", false);
        } else if self.in_indicator {
            let text = content.trim_start();
            let example = ["example", "示例"].into_iter().find_map(|word| text.strip_prefix(word));
            if example.is_some_and(|rest| rest.trim_start().starts_with(['"', '“', '＂'])) {
                // An example on one line has no grids.
                self.in_example = !text.trim_end().ends_with('}');
            } else if text.starts_with('}') {
                self.in_example = false;
            }
        }
        let end = self.at + content.len();
        if (self.in_test || self.in_example) && is_grid(content) {
            let start = self.source.text.len();
            let cells = content.rfind(['|', '｜']).map_or(0, |last| match content.get(last..) {
                Some(tail) if tail.trim_start_matches(['|', '｜']).trim_start().starts_with("//") => {
                    last + tail.find("//").unwrap_or(0)
                }
                _ => content.len(),
            });
            self.copy(cells);
            self.source.grids.push((start, self.source.text.len()));
            self.comment(self.original.get(self.at..end).unwrap_or_default());
            self.at = end;
            self.shift();
        }
        while self.at < end {
            self.read_char(end);
        }
        // A carriage return counts as a space at the line's end, so it can go.
        let line_break = line.len() - content.len();
        if line_break > 0 {
            if line.ends_with('\n') {
                self.replace(line_break, "\n");
            } else {
                self.replace(line_break, "");
            }
        }
    }

    fn read_char(&mut self, line_end: usize) {
        let rest = self.original.get(self.at..line_end).unwrap_or_default();
        let Some(c) = rest.chars().next() else {
            self.at = line_end;
            return;
        };
        match c {
            '/' if rest.starts_with("//") => {
                let doc = rest.strip_prefix("///").filter(|text| !text.starts_with('/'));
                if let Some(text) = doc {
                    let text = text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned();
                    self.source.docs.push(DocLine { at: self.source.text.len(), text });
                }
                self.comment(rest);
                self.replace(rest.len(), "");
            }
            '"' | '“' | '＂' => self.read_quoted(rest, c),
            '`' | '｀' => self.read_backticks(rest, c),
            '\u{3000}' => self.replace(c.len_utf8(), " "),
            '\r' => self.replace(1, " "),
            '￥' => self.replace(c.len_utf8(), "¥"),
            '”' => self.replace(c.len_utf8(), "\""),
            '～' => self.replace(c.len_utf8(), ".."),
            '\u{ff01}'..='\u{ff5e}' => {
                let ascii = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(' ');
                if ascii == '/' && rest.starts_with("／／") {
                    self.comment(rest);
                    self.replace(rest.len(), "");
                } else {
                    self.replace(c.len_utf8(), ascii.encode_utf8(&mut [0; 4]));
                }
            }
            _ if c.is_ascii() || !continues_name(c) => self.copy(c.len_utf8()),
            _ => self.read_word(rest),
        }
    }

    /// A word that begins with a character beyond ASCII, or the rest of one: in English if it is a word of the language.
    fn read_word(&mut self, rest: &str) {
        // Full-width letters and digits are read as half-width ones, one by one.
        let full_width = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}');
        let length = rest.find(|c| full_width(c) || !continues_name(c)).unwrap_or(rest.len());
        // What is glued to a number or a name is a part of it.
        let before = self.source.text.as_bytes().last().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let behind = rest.get(length..).is_some_and(|behind| behind.starts_with(continues_name));
        let glued = before || behind;
        match rest.get(..length).and_then(by_chinese).filter(|_| !glued) {
            Some(word) => {
                let at = self.source.text.len();
                self.source.chinese.push(Chinese { at, english: word.english, chinese: word.chinese });
                self.replace(length, word.english);
            }
            None => self.copy(length),
        }
    }

    /// A text in quotes. A curly opening quote is closed by a curly or a straight one; a straight one only by itself,
    /// so that curly quotes can stand inside.
    fn read_quoted(&mut self, rest: &str, open: char) {
        let closes = |c: char| match open {
            '“' => c == '”' || c == '"',
            '＂' => c == '＂' || c == '"',
            _ => c == '"',
        };
        let mut escaped = false;
        let close = rest.char_indices().skip(1).find(|(_, c)| {
            let found = !escaped && closes(*c);
            escaped = !escaped && *c == '\\';
            found
        });
        self.read_between(rest, open, close, "\"", |span| {
            Diagnostic::new(codes::UNCLOSED_TEXT, text!("the text in quotes does not end"))
                .label(span, text!("begins here"))
                .help(text!("close it with `\"` on the same line"))
        });
    }

    fn read_backticks(&mut self, rest: &str, open: char) {
        let close = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '｀'));
        self.read_between(rest, open, close, "`", |span| {
            Diagnostic::new(codes::UNCLOSED_TEXT, text!("the name in backticks does not end"))
                .label(span, text!("begins here"))
                .help(text!("close it with a backtick on the same line"))
        });
    }

    fn read_between(
        &mut self,
        rest: &str,
        open: char,
        close: Option<(usize, char)>,
        quote: &str,
        unclosed: impl Fn(Span) -> Diagnostic,
    ) {
        let start = self.at;
        let begins = self.source.text.len();
        self.replace(open.len_utf8(), quote);
        if let Some((at, c)) = close {
            self.copy(at - open.len_utf8());
            self.replace(c.len_utf8(), quote);
            return;
        }
        // What closes brackets at the line's end was most likely meant to.
        let inner = rest.get(open.len_utf8()..).unwrap_or_default();
        let text = inner.trim_end_matches([' ', '\t', '{', '}', ')', ']', ',']);
        let span = self.source.span_of_file(start, self.at + text.len());
        self.source.unclosed.push(begins);
        self.diagnostics.push(unclosed(span));
        let even = text.len() - text.bytes().rev().take_while(|b| *b == b'\\').count() % 2;
        self.copy(even);
        self.replace(text.len() - even, quote);
        self.shift();
    }
}

impl Source {
    fn span_of_file(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }
}

/// A row of a grid in a test or an example: it begins with `|`, or with a name and `|`.
fn is_grid(line: &str) -> bool {
    let line = line.trim_start();
    let rest = match line.strip_prefix('`') {
        Some(quoted) => quoted.split_once('`').map_or(quoted, |(_, rest)| rest),
        None => line.trim_start_matches(continues_name),
    };
    rest.trim_start().starts_with(['|', '｜'])
}

/// Whether a name may begin with this character.
pub fn starts_name(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether a name may go on with this character.
pub fn continues_name(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}
