//! Texts that nobody would write, made of those that somebody wrote: words, lines and declarations of a corpus are taken
//! out, doubled, exchanged and put elsewhere. What comes of it is mostly still a policy, so that it gets as far as the
//! checker, where random bytes would end at the first word.

use std::fs;
use std::path::Path;

/// Numbers of chance, the same ones for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below a limit; 0 if there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.any() % limit as u64) as usize }
    }

    /// One of a list.
    pub fn one<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> Option<&'a T> {
        list.get(self.below(list.len())).copied()
    }
}

/// What no policy needs and every reader must bear.
const ODD: &[&str] = &[
    "\0",
    "\u{feff}",
    "\r\n",
    "\r",
    "\u{2028}",
    "\u{202e}",
    "\u{200d}",
    "\u{3000}",
    "\t",
    "é",
    "e\u{301}",
    "👩‍👩‍👧",
    "𝒳",
    "ａ",
    "（",
    "）",
    "｛",
    "｝",
    "，",
    "：",
    "；",
    "“",
    "”",
    "「",
    "％",
    "≥",
    "≤",
    "×",
    "÷",
    "－",
    "…",
    "\"",
    "`",
    "'",
    "//",
    "///",
    "/*",
    "\\",
    "|",
    "||",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "->",
    "=>",
    "..",
    "...",
    "..<",
    "%",
    "%%",
    "元",
    "万元",
    "亿",
    "0",
    "-0",
    "00",
    "0.0000000000001",
    "170141183460469231731687303715884105728",
    "1e9",
    "-1",
    "100%",
    "101%",
    "1970-01-01",
    "2024-02-30",
    "2024-02-29",
    "9999-12-31",
    "10000-01-01",
    "0000-00-00",
    "24:00",
    "∞",
    "not",
    "no data",
    "self",
    "actual",
    "target",
    "attainment",
    "fraction",
    "by",
    "over",
    "last",
    "where",
    "as of",
    "previous",
    "first",
    "if",
    "else",
    "in",
    "and",
    "or",
    "is",
    "none",
    "any",
    "_",
    "*",
    "1_000",
    "1,000",
    "30 s",
    "5min",
    "1h30min",
    "pp",
    "个百分点",
    "分",
    "且",
    "或",
    "非",
];

/// Every policy text of a folder and below, and the files of one folder as one text, as they are one package; each with a
/// `policy`, so that the checker has what it needs.
///
/// # Errors
/// If the folder cannot be read.
pub fn read_corpus(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut texts = Vec::new();
    gather(folder, &mut texts)?;
    for text in &mut texts {
        if !text.lines().any(|line| line.starts_with("policy ") || line.starts_with("制度 ")) {
            text.insert_str(0, "policy \"P\" {\n  edition 1\n  currency CNY\n  period month\n}\n");
        }
    }
    Ok(texts)
}

fn gather(folder: &Path, texts: &mut Vec<String>) -> std::io::Result<()> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let prelude = fs::read_to_string(folder.join("prelude.kpi")).ok();
    let mut whole = String::new();
    for path in paths {
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.') || n == "target");
        if path.is_dir() && !hidden && !path.is_symlink() {
            gather(&path, texts)?;
        } else if path.extension().is_some_and(|e| e == "kpi") && !path.ends_with("prelude.kpi") {
            let text = fs::read_to_string(&path)?;
            match &prelude {
                Some(prelude) => texts.push(format!("{prelude}\n{text}")),
                None => {
                    whole += &text;
                    whole.push('\n');
                    texts.push(text);
                }
            }
        }
    }
    if texts.last().is_some_and(|last| last.len() + 1 < whole.len()) {
        texts.push(whole);
    }
    Ok(())
}

/// A text of chance: one of the corpus, changed in a few places.
pub fn text_of(corpus: &[String], seed: u64, longest: usize) -> String {
    let mut chance = Chance::new(seed);
    let short: Vec<&str> = corpus.iter().map(String::as_str).filter(|text| text.len() <= longest).collect();
    let first = chance.one(&short).unwrap_or_default();
    let other = chance.one(&short).unwrap_or_default();
    mutate(first, other, chance.any(), longest)
}

/// A text with one to eight changes, some of them by what stands in another.
pub fn mutate(text: &str, other: &str, seed: u64, longest: usize) -> String {
    let mut chance = Chance::new(seed);
    let mut text = text.to_owned();
    for _ in 0..=chance.below(8) {
        text = change(&text, other, &mut chance);
    }
    let end = (0..=longest.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.truncate(end);
    text
}

fn change(text: &str, other: &str, chance: &mut Chance) -> String {
    let cut: fn(&str) -> Vec<&str> = match chance.below(6) {
        0 => declarations,
        1 | 2 => lines,
        _ => words,
    };
    let mut pieces = cut(text);
    let (at, to) = (chance.below(pieces.len()), chance.below(pieces.len()));
    let strange = chance.one(&cut(other)).unwrap_or_default();
    let wrapped;
    match chance.below(12) {
        0 | 1 if !pieces.is_empty() => {
            pieces.remove(at);
        }
        2 if !pieces.is_empty() => pieces.insert(at, pieces.get(at).copied().unwrap_or_default()),
        3 | 4 if !pieces.is_empty() => pieces.swap(at, to),
        5 => pieces.insert(at, strange),
        6 | 7 => set(&mut pieces, at, strange),
        8 => {
            let same = pieces.get(to).copied().unwrap_or_default();
            set(&mut pieces, at, same);
        }
        9 => pieces.insert(at, chance.one(ODD).unwrap_or_default()),
        10 => set(&mut pieces, at, chance.one(ODD).unwrap_or_default()),
        _ => {
            wrapped = wrap(pieces.get(at).copied().unwrap_or_default(), chance);
            set(&mut pieces, at, &wrapped);
        }
    }
    pieces.concat()
}

fn set<'a>(pieces: &mut [&'a str], at: usize, piece: &'a str) {
    if let Some(place) = pieces.get_mut(at) {
        *place = piece;
    }
}

/// A piece said in another way: nested, in full-width letters, with other ends of lines, many times over.
fn wrap(piece: &str, chance: &mut Chance) -> String {
    match chance.below(5) {
        0 => {
            let depth = 1 + chance.below(80);
            format!("{}{piece}{}", "(".repeat(depth), ")".repeat(depth))
        }
        1 => piece.chars().map(full_width).collect(),
        2 => piece.replace('\n', "\r\n"),
        3 => piece.repeat(2 + chance.below(8)),
        _ => format!("if {piece} ≥ 0 then {piece} else -{piece}"),
    }
}

fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// A text by lines, their ends included.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A text by declarations: each begins with a line that is not indented and closes nothing.
fn declarations(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in lines(text) {
        if at > 0 && line.starts_with(|c: char| c.is_alphanumeric()) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.iter().zip(starts.iter().skip(1)).filter_map(|(from, to)| text.get(*from..*to)).collect()
}

/// A text by words, blanks and single signs.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut pieces = Vec::new();
    let (mut from, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        let now = kind(c);
        if last.is_some_and(|last| last != now || now == 2) {
            pieces.extend(text.get(from..at));
            from = at;
        }
        last = Some(now);
    }
    pieces.extend(text.get(from..));
    pieces
}
