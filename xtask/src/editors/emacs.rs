//! The words for Emacs.

use kpi_syntax::words::Place::{self, *};

/// The constants of `kpi-words.el`, and where their words stand.
const LISTS: &[(&str, &str, &[Place])] = &[
    ("declarations", "Words that begin a declaration.", &[Declaration]),
    ("reserved", "Words that are never a name.", &[Reserved, Operator, Row]),
    ("members", "Words that begin a member.", &[Policy, Table, Indicator, Note, Card, Pay, Rule, Test]),
    (
        "keywords",
        "Words of clauses.",
        &[Clause, Table, Indicator, Scoring, Combine, Card, Pay, Rule, Requirement, Proof, Test],
    ),
    ("values", "Kinds of period, days, months and roundings.", &[Period, Rounding, Day, Month]),
    ("types", "Types.", &[Type]),
    ("functions", "Functions.", &[Function]),
    ("attributes", "Values behind a point.", &[Attribute]),
];

/// `kpi-words.el`
pub fn words() -> String {
    let mut out = String::from(
        ";;; kpi-words.el --- The words of the KPI language  -*- lexical-binding: t; -*-\n\n\
         ;;; Commentary:\n\n;; In both spellings, made from crates/kpi-syntax/src/words by `cargo xtask editors'.\n\n;;; Code:\n",
    );
    for (name, what, places) in LISTS {
        let words: Vec<String> = super::words(places).into_iter().map(|word| format!("\"{word}\"")).collect();
        let mut lines = String::new();
        let mut width = 0;
        for word in words {
            if width + word.chars().count() > 90 {
                lines.push_str("\n    ");
                width = 0;
            } else if width > 0 {
                lines.push(' ');
            }
            width += word.chars().count() + 1;
            lines.push_str(&word);
        }
        out.push_str(&format!("\n(defconst kpi-words-{name}\n  '({lines})\n  \"{what}\")\n"));
    }
    out.push_str("\n(provide 'kpi-words)\n;;; kpi-words.el ends here\n");
    out
}
