//! The words that editors highlight are those of the language, in both spellings: `editors/neovim/syntax/kpi.vim` is made
//! from the one table of words. Run with `INSTA_UPDATE=always` to write it anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;

use kpi_front_tests::pages::repository;
use kpi_syntax::words::{Place, WORDS};

#[test]
fn neovim_highlights_every_word_in_both_spellings() {
    let path = repository("editors/neovim/syntax/kpi.vim");
    let syntax = neovim();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &syntax).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == syntax, "{} differs: INSTA_UPDATE=always writes it anew", path.display());
    for word in WORDS {
        let known = |spelling: &str| syntax.split(|c: char| " \\|()\n".contains(c)).any(|part| part == spelling);
        assert!(known(word.english) && known(word.chinese), "{word:?}");
    }
}

/// The words of some places in both spellings, each once: the longest first, so that none hides another that it begins.
fn words(places: &[Place]) -> Vec<&'static str> {
    let there = WORDS.iter().filter(|word| places.contains(&word.place));
    let all: BTreeSet<&str> = there.flat_map(|word| [word.english, word.chinese]).collect();
    let mut all: Vec<&str> = all.into_iter().collect();
    all.sort_by_key(|word| (!word.is_ascii(), std::cmp::Reverse(word.chars().count())));
    all
}

fn neovim() -> String {
    use Place::*;
    let any = |places: &[Place]| format!("\\({}\\)", words(places).join("\\|"));
    let declaration = any(&[Declaration]);
    let reserved = words(&[Reserved, Operator, Row]).join(" ");
    let member = any(&[Policy, Table, Indicator, Note, Card, Pay, Rule, Test]);
    let keyword = any(&[Clause, Table, Indicator, Scoring, Combine, Card, Pay, Rule, Requirement, Proof, Test]);
    let value = any(&[Period, Rounding, Day, Month]);
    let (types, function, attribute) = (any(&[Type]), any(&[Function]), any(&[Attribute]));
    format!(
        r#"" Highlighting of .kpi policies: declarations, words in both spellings, comments, texts, numbers with their units.
" The words are those of crates/kpi-syntax/src/words: `INSTA_UPDATE=always cargo test -p kpi-front-tests --test editors`
" writes this file anew. A word is highlighted only where it may be one: a column may be called as a word is. Where
" several of these match at a place, the last one counts.
if exists("b:current_syntax")
  finish
endif

syn match kpiValue /\.\@1<!\<{value}\>\%(\s*:\)\@!/
syn match kpiKeyword /\.\@1<!\<{keyword}\>\%(\s*:\)\@!/
syn match kpiFunction /\.\@1<!\<{function}\>\ze\s*(/
syn match kpiAttribute /\.\@1<=\<{attribute}\>/
syn match kpiType /:\s*\zs\<{types}\>/
syn match kpiMember /\%(^\s\+\|[{{,]\s*\)\zs\<{member}\>\%(\s*[:.(]\)\@!/
syn match kpiDeclaration /^{declaration}\>/
syn keyword kpiReserved {reserved}

syn match kpiNumber /\<\d\+\(\.\d\+\)\?\(k\|万\|亿\)\?\(%\|pp\|s\|min\|h\|d\|秒\|分钟\|小时\|天\|元\)\?/
syn match kpiDate /\<\d\{{4}}-\(Q[1-4]\|W\d\d\|\d\d\(-\d\d\)\?\)\>/
syn region kpiText start=/"/ skip=/\\"/ end=/"/ oneline
syn region kpiText start=/“/ end=/”/ oneline
syn region kpiName start=/`/ end=/`/ oneline
syn match kpiComment /\/\/.*/
syn match kpiDoc /\/\/\/.*/

hi def link kpiDeclaration Structure
hi def link kpiReserved Keyword
hi def link kpiMember Statement
hi def link kpiKeyword Keyword
hi def link kpiFunction Function
hi def link kpiAttribute Identifier
hi def link kpiType Type
hi def link kpiValue Constant
hi def link kpiNumber Number
hi def link kpiDate Constant
hi def link kpiText String
hi def link kpiName Identifier
hi def link kpiComment Comment
hi def link kpiDoc SpecialComment

let b:current_syntax = "kpi"
"#
    )
}
