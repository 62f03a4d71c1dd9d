//! Whether every message of the program is there in both languages: each template that a `text!` of the sources holds has
//! its Chinese, with the same holes, in the catalogues of `kpi-base/messages/zh`, and these hold nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::{Language, codes, messages};

#[test]
fn every_message_is_there_in_both_languages() {
    let chinese = catalogues();
    let written = templates();
    let missing: Vec<_> = written.iter().filter(|(template, _)| !chinese.contains_key(*template)).collect();
    assert!(missing.is_empty(), "messages without Chinese: {missing:#?}");
    let unused: Vec<_> = chinese.keys().filter(|template| !written.contains_key(*template)).collect();
    assert!(unused.is_empty(), "translations of messages that are nowhere: {unused:#?}");
}

#[test]
fn a_translation_has_the_holes_of_its_message() {
    for (english, chinese) in catalogues() {
        assert_eq!(holes(&english), holes(&chinese), "{english} / {chinese}");
        // What stands in backticks is a word of the language or of the author.
        let prose: String = english.split('`').step_by(2).collect();
        let prose = prose.split('{').map(|part| part.split_once('}').map_or(part, |(_, prose)| prose));
        let says = prose.collect::<String>().chars().any(char::is_alphabetic);
        assert!(chinese.chars().any(is_chinese) || !says, "{english} / {chinese}");
    }
}

#[test]
fn every_page_is_there_in_both_languages() {
    for code in codes::all() {
        let (english, chinese) = (code.page(Language::English), code.page(Language::Chinese));
        let prose: String = english.split('`').step_by(2).collect();
        assert!(!prose.chars().any(is_chinese_prose), "the English page of {code}");
        assert!(code.title_in(Language::Chinese).chars().any(is_chinese), "the Chinese title of {code}");
        let words = chinese.chars().filter(|c| is_chinese(*c)).count();
        assert!(words >= 60, "the Chinese page of {code} has {words} characters");
        assert!(chinese.contains("\n**怎么办。** ") || chinese.contains("\n**怎么办。**\n"), "what to do about {code}");
    }
}

/// Full-width punctuation of sentences, which English prose has none of; examples may hold Chinese names.
fn is_chinese_prose(c: char) -> bool {
    matches!(c, '，' | '；')
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn catalogues() -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, text) in messages::CHINESE {
        let texts: BTreeMap<String, String> = toml::from_str(text).unwrap_or_else(|e| panic!("{name}.toml: {e}"));
        for (english, chinese) in texts {
            let before = all.insert(english.clone(), chinese.clone());
            let same = before.is_none_or(|before| before == chinese);
            assert!(same, "{name}.toml: `{english}` has another translation in another catalogue");
        }
    }
    all
}

/// The names in braces.
fn holes(template: &str) -> Vec<&str> {
    let mut names: Vec<_> = template
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .filter(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Every template of the sources, with the files that it stands in; tests aside.
fn templates() -> BTreeMap<String, BTreeSet<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") && !path.ends_with("target") {
                    folders.push(path);
                }
                continue;
            }
            if path.extension().is_none_or(|e| e != "rs") || path.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for template in code.split("text!(").skip(1).filter_map(literal) {
                found.entry(template).or_default().insert(path.strip_prefix(&root).unwrap().to_owned());
            }
        }
    }
    assert!(found.len() > 5);
    found
}

/// The text of the string literal that a `text!(` begins with, if one follows (documentation may name the macro alone).
fn literal(rest: &str) -> Option<String> {
    let mut chars = rest.trim_start().strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                '\n' => {
                    let after = chars.as_str().trim_start();
                    chars = after.chars();
                }
                'u' => panic!("write the character itself: {rest:.80}"),
                c => text.push(c),
            },
            c => text.push(c),
        }
    }
}
