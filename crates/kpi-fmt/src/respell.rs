//! The words of the language in the other spelling.
//!
//! Which words those are tells the parser. Where a name of the author may stand as well (`.target` of an indicator or a
//! column?), a word that is declared as a name somewhere in the package stays as it is written: then nothing but names
//! tells what it means, and in either spelling it is right.

use std::borrow::Cow;
use std::collections::HashSet;

use kpi_base::FileId;
use kpi_syntax::ast::{self, ItemKind};
use kpi_syntax::words::{Place, Spoken, chinese, english, spellings};

use crate::lex::{Gap, Kind, Token};

/// How words of the language are to be spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keywords {
    /// As each of them is.
    #[default]
    AsWritten,
    /// In English.
    English,
    /// In Chinese.
    Chinese,
}

/// The names that are declared in a package, which a word must not be taken for.
#[derive(Clone, Debug, Default)]
pub struct DeclaredNames {
    values: HashSet<String>,
    functions: HashSet<String>,
    types: HashSet<String>,
}

impl DeclaredNames {
    /// Adds the names that a text declares.
    pub fn add(&mut self, text: &str) {
        for item in &kpi_syntax::parse(FileId(0), text).file.items {
            self.add_item(&item.kind);
        }
    }

    fn value(&mut self, name: &ast::Name) {
        self.values.insert(name.text.clone());
    }

    fn add_item(&mut self, item: &ItemKind) {
        match item {
            ItemKind::Dimension(x) => {
                self.types.insert(x.name.text.clone());
                self.value(&x.name);
                x.members.iter().for_each(|(name, _)| self.value(name));
            }
            ItemKind::Scale(x) => {
                self.types.insert(x.name.text.clone());
            }
            ItemKind::Roster(x) | ItemKind::Source(x) => {
                self.value(&x.name);
                x.columns.iter().for_each(|column| self.value(&column.name));
            }
            ItemKind::Shape(x) => {
                self.types.insert(x.name.text.clone());
                x.columns.iter().for_each(|column| self.value(&column.name));
            }
            ItemKind::View(x) => {
                self.value(&x.name);
                let grouping = x.grouping.iter();
                grouping.clone().flat_map(|g| &g.columns).for_each(|column| self.value(&column.name));
                grouping.flat_map(|g| &g.keys).flatten().for_each(|key| self.value(key));
            }
            ItemKind::Function(x) => {
                self.functions.insert(x.name.text.clone());
                x.params.iter().for_each(|(name, _)| self.value(name));
            }
            ItemKind::Curve(x) => {
                self.functions.insert(x.name.text.clone());
            }
            ItemKind::Param(x) => self.value(&x.name),
            ItemKind::Indicator(x) => {
                self.value(&x.name);
                x.params.iter().for_each(|param| self.value(&param.name));
                x.parts.iter().for_each(|part| self.value(&part.name));
            }
            ItemKind::Scorecard(x) => {
                self.value(&x.name);
                self.add_lines(&x.lines);
            }
            ItemKind::Incentive(x) => {
                self.value(&x.name);
                x.pays.iter().for_each(|pay| self.value(&pay.name));
            }
            ItemKind::Rule(x) => self.value(&x.name),
            _ => {}
        }
    }

    fn add_lines(&mut self, lines: &[ast::Line]) {
        for line in lines {
            if let ast::Line::Group(group) = line {
                self.value(&group.name);
                self.add_lines(&group.lines);
            }
        }
    }

    /// Whether a word may be meant for a name in one of its spellings.
    fn hold(&self, word: &str, place: Place) -> bool {
        let names = match place {
            Place::Function => &self.functions,
            Place::Type => &self.types,
            _ => &self.values,
        };
        !names.is_empty() && spellings(word).any(|spelling| names.contains(spelling))
    }
}

/// Gives words of the language the wanted spelling.
pub(crate) fn respell_words(tokens: &mut Vec<Token<'_>>, spoken: &[Spoken], wanted: Keywords, names: &DeclaredNames) {
    if wanted == Keywords::AsWritten {
        return;
    }
    let mut spoken = spoken.iter().peekable();
    let mut streaks = Vec::new();
    for (i, token) in tokens.iter_mut().enumerate() {
        while spoken.next_if(|word| word.at < token.start).is_some() {}
        let here = token.kind == Kind::Word && !token.text.starts_with('`');
        let Some(word) = spoken.next_if(|word| here && word.at == token.start) else { continue };
        if word.name && names.hold(&token.text, word.place) {
            continue;
        }
        token.shown = match wanted {
            Keywords::Chinese => chinese(&token.text, word.place),
            _ => None,
        };
        if token.text == "consecutive" {
            streaks.push(i);
        }
    }
    for at in streaks.into_iter().rev() {
        order_streak(tokens, at, wanted);
    }
}

/// `for 2 consecutive months` is `连续 2 个月`: one word in front of the number in place of two around it.
fn order_streak(tokens: &mut Vec<Token<'_>>, at: usize, wanted: Keywords) {
    let is_number = |tokens: &[Token<'_>], at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Number);
    let leads = is_number(tokens, at + 1);
    match wanted {
        Keywords::Chinese if !leads => {
            let ahead =
                tokens.get(..at).and_then(|before| before.iter().rposition(|token| token.is(Kind::Word, "for")));
            let Some(ahead) = ahead.filter(|ahead| is_number(tokens, ahead + 1)) else { return };
            let word = tokens.remove(at);
            if let Some(token) = tokens.get_mut(ahead) {
                (token.text, token.shown) = (word.text, word.shown);
            }
        }
        Keywords::English if leads => {
            // The classifier of a count stays with its number.
            let counter = tokens.get(at + 2).is_some_and(|token| matches!(token.text.as_ref(), "个" | "次" | "人"));
            let behind = at + 2 + usize::from(counter);
            let Some(unit) = tokens.get(behind) else { return };
            let gap = Gap { space: true, ..Gap::default() };
            let word =
                Token { kind: Kind::Word, text: Cow::Borrowed("consecutive"), shown: None, start: unit.start, gap };
            tokens.insert(behind, word);
            if let Some(token) = tokens.get_mut(at) {
                token.text = Cow::Borrowed("for");
            }
        }
        _ => {}
    }
}

/// The English spelling of what may be a word.
pub(crate) fn in_english(word: &str) -> &str {
    english(word).unwrap_or(word)
}
