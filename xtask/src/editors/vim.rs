//! Highlighting for Vim and Neovim.

use kpi_syntax::words::Place;

use super::words;

/// `syntax/kpi.vim`
pub fn syntax() -> String {
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
" The words are those of crates/kpi-syntax/src/words: `cargo xtask editors` writes this file
" anew. A word is highlighted only where it may be one: a column may be called as a word is. Where
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
