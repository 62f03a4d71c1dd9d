//! The query that tells editors with tree-sitter what to highlight.

use kpi_syntax::words::Place;

use super::words;

/// Names of captures that Helix calls otherwise.
pub const HELIX: &[(&str, &str)] = &[
    ("@comment.documentation", "@comment.line.documentation"),
    ("@number", "@constant.numeric"),
    ("@property", "@variable.other.member"),
    ("@string.special", "@string.special.symbol"),
    ("@function.call", "@function"),
];

/// `highlights.scm`, with some captures called otherwise. Where several patterns match, the last one counts.
pub fn highlights(renamed: &[(&str, &str)]) -> String {
    use Place::*;
    let any = |places: &[Place]| words(places).iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ");
    let (types, functions, attributes) = (any(&[Type]), any(&[Function, Scoring]), any(&[Attribute]));
    let values = any(&[Period, Rounding, Day, Month, Combine]);
    let units = any(&[Table]);
    let mut query = format!(
        r#"; What is highlighted in `.kpi` policies. The words are those of crates/kpi-syntax/src/words: `cargo xtask editors` writes
; this file anew.

(comment) @comment
(doc_comment) @comment.documentation
(string) @string
(number) @number
(proportion) @number
(date) @number
(placeholder) @variable.parameter
(operator) @operator
(identifier) @variable
(quoted_name) @variable
(keyword) @keyword

; Periods, days, months, ways to combine; units of columns
((setting (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((member (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((target (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((line (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((group (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((arguments (number) . (identifier) @constant.builtin) (#any-of? @constant.builtin {values}))
((column (identifier) @constant.builtin) (#any-of? @constant.builtin {units}))

["{{" "}}" "(" ")" "[" "]"] @punctuation.bracket
["," ":" "|" "."] @punctuation.delimiter

; Names where they are declared
(dimension name: (_) @type)
(scale name: (_) @type)
(roster name: (_) @type)
(source name: (_) @type)
(shape name: (_) @type)
(view name: (_) @type)
(function name: (_) @function)
(curve name: (_) @function)
(indicator name: (_) @function)
(scorecard name: (_) @function)
(incentive name: (_) @function)
(rule name: (_) @function)
(param name: (_) @constant)
(goal name: (_) @constant)
(use module: (_) @module)
(parameter name: (_) @variable.parameter)
(column name: (_) @property)
(view_column name: (_) @property)
(dimension_member name: (_) @constant)
(line name: (_) @variable)
(pay name: (_) @property)
(veto name: (_) @property)
(bonus name: (_) @property)
(deduction name: (_) @property)
(group name: (_) @property)
(part name: (_) @property)
(note topic: (_) @property)

; Types, functions and what results have
(type (identifier) @type)
((type (identifier) @type.builtin) (#any-of? @type.builtin {types}))
(field name: (_) @property)
((identifier) @property (#any-of? @property {attributes}))
(call function: (identifier) @function.call)
((call function: (identifier) @function.builtin) (#any-of? @function.builtin {functions}))

; Rows of tables and of data
(row key: (row_key (identifier) @constant))
(data_row table: (_) @type)
(cell) @string.special
"#
    );
    for (from, to) in renamed {
        query = query.replace(&format!("{from}\n"), &format!("{to}\n")).replace(&format!("{from})"), &format!("{to})"));
        query = query.replace(&format!("{from} "), &format!("{to} "));
    }
    query
}
