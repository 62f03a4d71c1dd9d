//! The words of the language in both spellings: one table for the parser, the checker, the formatter and the reference.
//!
//! A Chinese spelling means one English word wherever it stands, so that a text can be read word by word before anything
//! is known of it. An English word may have several Chinese spellings: one for each place where it says something else
//! (`last` of a window is 最近, `last` of rows 末值), and all of them are read everywhere. A word is one of the language
//! only where the grammar expects one: a column may be called 目标 as it may be called `target`.

mod place;
mod table;

pub(crate) use place::gather_words;
pub use place::{Spoken, WordAt, spoken_words, words_at};
pub use table::{Place, WORDS, Word};

use std::collections::HashMap;
use std::sync::LazyLock;

static BY_CHINESE: LazyLock<HashMap<&'static str, &'static Word>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for word in WORDS {
        words.entry(word.chinese).or_insert(word);
    }
    words
});

static BY_ENGLISH: LazyLock<HashMap<&'static str, Vec<&'static Word>>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Vec<&'static Word>> = HashMap::new();
    for word in WORDS {
        words.entry(word.english).or_default().push(word);
    }
    words
});

/// The English word that a Chinese spelling stands for.
pub fn english(chinese: &str) -> Option<&'static str> {
    by_chinese(chinese).map(|word| word.english)
}

/// The first row of a Chinese spelling.
pub(crate) fn by_chinese(chinese: &str) -> Option<&'static Word> {
    // No Chinese spelling begins with ASCII, and most words do.
    if chinese.bytes().next().is_none_or(|b| b.is_ascii()) {
        return None;
    }
    BY_CHINESE.get(chinese).copied()
}

/// The Chinese spelling of an English word at a place; elsewhere than where the table knows it, its first one.
pub fn chinese(english: &str, place: Place) -> Option<&'static str> {
    let words = BY_ENGLISH.get(english)?;
    let word = words.iter().find(|word| word.place == place).or_else(|| words.first())?;
    Some(word.chinese)
}

/// An English word and its Chinese spelling at a place, for "did you mean".
pub fn both(english: &'static str, place: Place) -> impl Iterator<Item = &'static str> {
    std::iter::once(english).chain(chinese(english, place))
}

/// All spellings of an English word, the English one first.
pub fn spellings(english: &str) -> impl Iterator<Item = &'static str> {
    let words = BY_ENGLISH.get(english).map(Vec::as_slice).unwrap_or_default();
    words.first().map(|word| word.english).into_iter().chain(words.iter().map(|word| word.chinese))
}

/// The Chinese words with which a name begins that was probably meant to be two words: 公式 and 求和 of 公式求和. The
/// longest spelling counts; one of a single character is too often part of a name.
pub fn glued(name: &str) -> Option<(&'static str, &str)> {
    if name.bytes().next().is_none_or(|b| b.is_ascii()) {
        return None;
    }
    let ends = name.char_indices().map(|(at, _)| at).skip(2).take(8);
    let found = ends.filter_map(|at| name.split_at_checked(at)).filter_map(|(word, rest)| {
        let word = BY_CHINESE.get(word)?;
        Some((word.chinese, rest))
    });
    found.last()
}
