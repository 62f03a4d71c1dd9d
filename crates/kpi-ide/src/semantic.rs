//! What each word of a file is, for its colour.

use kpi_base::{FileId, Span};
use kpi_check::occurrences::{Occurrence, Role, SymbolKind};
use kpi_syntax::words::Place;

use crate::snapshot::Snapshot;
use crate::tokens::TokenKind;

/// A word with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Painted {
    /// Where it stands; on one line.
    pub span: Span,
    /// What it is.
    pub kind: Paint,
    /// Whether its name is declared here.
    pub declares: bool,
    /// Whether it is a word or a function of the language rather than of the author.
    pub built_in: bool,
}

/// What a word can be. The order is that of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Paint {
    Keyword,
    /// A function of the language or of the policy, a curve, an entry.
    Function,
    /// A type, a scale.
    Type,
    /// A roster, a source, a view, a shape.
    Table,
    Column,
    Dimension,
    Member,
    Indicator,
    /// What a function or an entry takes; a column of a test's cases.
    Parameter,
    /// A parameter of the policy.
    Constant,
    /// A scorecard, an incentive, a rule.
    Card,
    /// A value that results have, a veto, a pay, a group.
    Attribute,
    /// A tag, a goal.
    Tag,
    Module,
    Number,
    Text,
    Comment,
}

impl Paint {
    /// All of them, in the order of the legend, with their names in the protocol: those that all editors know where one fits.
    pub const LEGEND: [(Paint, &'static str); 17] = [
        (Paint::Keyword, "keyword"),
        (Paint::Function, "function"),
        (Paint::Type, "type"),
        (Paint::Table, "struct"),
        (Paint::Column, "property"),
        (Paint::Dimension, "enum"),
        (Paint::Member, "enumMember"),
        (Paint::Indicator, "variable"),
        (Paint::Parameter, "parameter"),
        (Paint::Constant, "constant"),
        (Paint::Card, "class"),
        (Paint::Attribute, "method"),
        (Paint::Tag, "decorator"),
        (Paint::Module, "namespace"),
        (Paint::Number, "number"),
        (Paint::Text, "string"),
        (Paint::Comment, "comment"),
    ];
}

/// The words of a file, or of a stretch of it, in order.
pub fn paint(snapshot: &Snapshot, file: FileId, range: Option<Span>) -> Vec<Painted> {
    let mut tokens = snapshot.tokens(file);
    if let Some(range) = range {
        let from = tokens.partition_point(|token| token.span.end <= range.start);
        let to = tokens.partition_point(|token| token.span.start < range.end);
        tokens = tokens.get(from..to).unwrap_or_default();
    }
    let occurrences = snapshot.occurrences();
    let found: &[Occurrence] = occurrences.in_file(file);
    let mut painted = Vec::with_capacity(tokens.len());
    for token in tokens {
        let place = found.partition_point(|occurrence| occurrence.span.start < token.span.start);
        let occurrence = found.get(place).filter(|occurrence| occurrence.span.start == token.span.start);
        let symbol = occurrence.and_then(|occurrence| occurrences.symbol(occurrence.symbol));
        let declares = occurrence.is_some_and(|occurrence| occurrence.role == Role::Declaration);
        let (kind, built_in) = match (token.kind, symbol) {
            (TokenKind::Name | TokenKind::QuotedName | TokenKind::Keyword(_), Some(symbol)) => {
                (paint_of(symbol.kind), false)
            }
            (TokenKind::Keyword(place), None) => (of_word(place), true),
            (TokenKind::Number, _) => (Paint::Number, false),
            (TokenKind::Text, _) => (Paint::Text, false),
            (TokenKind::Comment | TokenKind::DocComment, _) => (Paint::Comment, false),
            _ => continue,
        };
        painted.push(Painted { span: token.span, kind, declares, built_in });
    }
    painted
}

const fn of_word(place: Place) -> Paint {
    match place {
        Place::Function => Paint::Function,
        Place::Type => Paint::Type,
        Place::Attribute => Paint::Attribute,
        _ => Paint::Keyword,
    }
}

const fn paint_of(kind: SymbolKind) -> Paint {
    match kind {
        SymbolKind::Dimension => Paint::Dimension,
        SymbolKind::Member => Paint::Member,
        SymbolKind::Scale => Paint::Type,
        SymbolKind::Roster | SymbolKind::Source | SymbolKind::View | SymbolKind::Shape => Paint::Table,
        SymbolKind::Column | SymbolKind::CalendarColumn => Paint::Column,
        SymbolKind::Param => Paint::Constant,
        SymbolKind::Function | SymbolKind::Curve | SymbolKind::Entry => Paint::Function,
        SymbolKind::Argument | SymbolKind::Case | SymbolKind::Subject => Paint::Parameter,
        SymbolKind::Indicator | SymbolKind::Part => Paint::Indicator,
        SymbolKind::Scorecard | SymbolKind::Incentive | SymbolKind::Rule => Paint::Card,
        SymbolKind::Group | SymbolKind::Veto | SymbolKind::Adjustment | SymbolKind::Pay => Paint::Attribute,
        SymbolKind::Goal | SymbolKind::Tag => Paint::Tag,
        SymbolKind::Module => Paint::Module,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_legend_is_in_order() {
        assert!(Paint::LEGEND.iter().enumerate().all(|(place, (kind, _))| *kind as usize == place));
    }

    #[test]
    fn words_of_the_language_and_of_the_author() {
        let fixture = fixture(
            "dimension stage { startup }\nroster staff { id: text key, stage: stage }
source live { who: -> staff, on: date time, gmv: money } // all\n指标 `x y` {\n  公式 求和(live.gmv 其中 who.stage == startup)\n  target ≥ 5元\n}
scorecard c for staff { `x y` weight 100%, veto v when `x y`.actual > 5元 }\n",
        );
        let file = fixture.at.file;
        let show = |painted: Painted| {
            let marks =
                format!("{}{}", if painted.declares { "!" } else { "" }, if painted.built_in { "*" } else { "" });
            format!("{} {:?}{marks}", fixture.snapshot.text_of(painted.span), painted.kind)
        };
        let all = paint(&fixture.snapshot, file, None);
        insta::assert_snapshot!(all.iter().map(|painted| show(*painted)).collect::<Vec<_>>().join("\n"));
        let middle = Span { file, start: 20, end: 40 };
        let part = paint(&fixture.snapshot, file, Some(middle));
        assert!(part.len() < all.len() && part.iter().all(|painted| all.contains(painted)));
    }
}
