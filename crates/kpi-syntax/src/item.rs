//! One declaration at a time: its header, then its members, each by itself.

mod block;
mod cases;
mod examples;
mod grid;

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Join, Span, Text, text};
use unicode_normalization::UnicodeNormalization;

use crate::ast::{File, Item, ItemKind, Name, Use};
use crate::build::Builder;
use crate::fault::{Fault, describe_fault, in_chinese, insert_space};
use crate::grammar::{Pair, Pairs, Rule, parse_slice};
use crate::layout::{DECLARATIONS, Layout, RawItem};
use crate::suggest::nearest_word;
use crate::text::{DocLine, Source, continues_name, starts_name};
use crate::words::{Place, Spoken, gather_words, glued};

/// Brackets as deep as the language allows need more stack than a thread of a test has.
const STACK: usize = 64 << 20;

/// How many declarations are worth a thread of their own: fewer are read sooner than it starts.
const WORTH_A_THREAD: usize = 500;

/// What a file was before, and its text now.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub before: &'a File,
    pub text: &'a str,
}

impl<'a> Known<'a> {
    /// The declaration that stood at a place, if it is still the same and nothing was wrong with it.
    fn item(self, span: Span) -> Option<&'a Item> {
        let items = &self.before.items;
        let place = items.binary_search_by_key(&span.start, |item| item.span.start).ok()?;
        let item = items.get(place).filter(|item| item.span == span && !item.faulty)?;
        let range = span.start as usize..span.end as usize;
        (self.before.text.0.get(range.clone())? == self.text.get(range)?).then_some(item)
    }
}

/// Parses every declaration of a file: each by itself, so that those of a large file are shared out among the cores.
pub(crate) fn parse_items(
    source: &Source,
    layout: &Layout,
    known: Known<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Item> {
    let documented = attach_docs(source, layout);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = documented.len().div_ceil(cores).max(WORTH_A_THREAD);
    let mut shares = documented.chunks(share);
    let first = shares.next().unwrap_or_default();
    let mut items = Vec::with_capacity(documented.len());
    std::thread::scope(|scope| {
        let others: Vec<_> =
            shares.map(|share| (share, scope.spawn(|| parse_share(source, layout, share, known, None)))).collect();
        let first = parse_share(source, layout, first, known, None);
        // A share whose thread could not end is read again here, where a fault shows itself.
        let others = others
            .into_iter()
            .map(|(s, other)| other.join().unwrap_or_else(|_| parse_share(source, layout, s, known, None)));
        for (found, reported) in std::iter::once(first).chain(others) {
            items.extend(found);
            diagnostics.extend(reported);
        }
    });
    items
}

/// The words of the language in a file, in the order of its declarations.
pub(crate) fn hear_items(source: &Source, layout: &Layout, words: &mut Vec<Spoken>) {
    let known = Known { before: &File::default(), text: "" };
    parse_share(source, layout, &attach_docs(source, layout), known, Some(words));
}

/// Every declaration with the doc comment above it.
fn attach_docs<'a>(source: &Source, layout: &'a Layout) -> Vec<(&'a RawItem, Option<String>)> {
    let mut documented = Vec::with_capacity(layout.items.len());
    let mut docs = source.docs.iter().peekable();
    for raw in &layout.items {
        let mut lines: Vec<&DocLine> = Vec::new();
        while let Some(line) = docs.next_if(|line| line.at <= raw.start) {
            // A doc comment belongs to what follows it directly.
            if lines.last().is_some_and(|last| !only_breaks(source, last.at, line.at, 1)) {
                lines.clear();
            }
            lines.push(line);
        }
        while docs.next_if(|line| line.at < raw.end).is_some() {}
        let attached = lines.last().is_some_and(|last| only_breaks(source, last.at, raw.start, 1));
        let doc = attached.then(|| lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n"));
        documented.push((raw, doc));
    }
    documented
}

fn parse_share(
    source: &Source,
    layout: &Layout,
    share: &[(&RawItem, Option<String>)],
    known: Known<'_>,
    mut words: Option<&mut Vec<Spoken>>,
) -> (Vec<Item>, Vec<Diagnostic>) {
    let (mut items, mut diagnostics) = (Vec::with_capacity(share.len()), Vec::new());
    for (raw, doc) in share {
        if raw.too_deep {
            continue;
        }
        let span = source.span(raw.start, raw.end);
        if let Some(item) = known.item(span).filter(|_| !layout.is_reported(raw.start, raw.end)) {
            items.push(Item { doc: doc.clone(), ..item.clone() });
            continue;
        }
        let before = diagnostics.len();
        let words = words.as_deref_mut();
        let mut parser = ItemParser { source, layout, raw, diagnostics: &mut diagnostics, words };
        let kind = if raw.deep { parser.parse_deep() } else { parser.parse() };
        if let Some(kind) = kind {
            let faulty = diagnostics.len() > before || layout.is_reported(raw.start, raw.end);
            items.push(Item { kind, span, doc: doc.clone(), faulty });
        }
    }
    (items, diagnostics)
}

fn only_breaks(source: &Source, from: usize, to: usize, most: usize) -> bool {
    let between = source.text.get(from..to).unwrap_or_default();
    between.trim().is_empty() && between.matches('\n').count() <= most
}

struct ItemParser<'a> {
    source: &'a Source,
    layout: &'a Layout,
    raw: &'a RawItem,
    diagnostics: &'a mut Vec<Diagnostic>,
    words: Option<&'a mut Vec<Spoken>>,
}

impl<'a> ItemParser<'a> {
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.source.text.get(start..end).unwrap_or_default()
    }

    fn parse_deep(mut self) -> Option<ItemKind> {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || self.parse());
            thread.ok().and_then(|t| t.join().ok()).flatten()
        })
    }

    fn builder(&mut self, base: usize, end: usize) -> Builder<'_> {
        Builder { source: self.source, base, drift: self.source.drift(base, end), diagnostics: self.diagnostics }
    }

    fn parse(&mut self) -> Option<ItemKind> {
        let text = self.slice(self.raw.start, self.raw.end);
        let word = text.split(|c| !continues_name(c)).next().unwrap_or_default();
        if let (Some(words), true) = (self.words.as_deref_mut(), DECLARATIONS.contains(&word)) {
            words.push(Spoken { at: self.raw.start, place: Place::Declaration, name: false });
        }
        match word {
            "policy" => self.policy(),
            "dimension" => self.dimension(),
            "scale" => self.scale(),
            "roster" => self.table().map(ItemKind::Roster),
            "source" => self.table().map(ItemKind::Source),
            "shape" => self.shape().map(ItemKind::Shape),
            "view" => self.view(),
            "indicator" => self.indicator(),
            "scorecard" => self.scorecard(),
            "incentive" => self.incentive(),
            "rule" => self.rule(),
            "test" => self.test(),
            "param" => self.whole(Rule::param_item, || text!("a param"), |b, p| b.param(p)).map(ItemKind::Param),
            "function" => {
                self.whole(Rule::function_item, || text!("a function"), |b, p| b.function(p)).map(ItemKind::Function)
            }
            "curve" => self.whole(Rule::curve_item, || text!("a curve"), |b, p| b.curve(p)).map(ItemKind::Curve),
            "use" => self.module(text),
            "goal" => self.whole(Rule::goal_item, || text!("a goal"), |b, p| b.goal(p)).map(ItemKind::Goal),
            "prove" => self.whole(Rule::prove_item, || text!("an obligation"), |b, p| b.prove(p)).map(ItemKind::Prove),
            "require" => {
                self.whole(Rule::require_item, || text!("a requirement"), |b, p| b.require(p)).map(ItemKind::Require)
            }
            _ => {
                self.unknown(text, word);
                None
            }
        }
    }

    /// A declaration without members.
    fn whole<T>(
        &mut self,
        rule: Rule,
        what: fn() -> Text,
        build: impl FnOnce(&mut Builder<'_>, Pair<'_>) -> Option<T>,
    ) -> Option<T> {
        let RawItem { start, end, .. } = *self.raw;
        if self.layout.is_broken(start, end) || (self.raw.block.is_some() && !self.raw.closed) {
            return None;
        }
        self.strictly(rule, start, end, what, build)
    }

    /// Parses one slice; reports what is wrong with it.
    fn strictly<T>(
        &mut self,
        rule: Rule,
        start: usize,
        end: usize,
        what: fn() -> Text,
        build: impl FnOnce(&mut Builder<'_>, Pair<'_>) -> Option<T>,
    ) -> Option<T> {
        let slice = self.slice(start, end);
        match parse_slice(rule, slice) {
            Ok(mut pairs) => {
                let before = self.diagnostics.len();
                self.hear(pairs.clone(), start);
                let built = pairs.next().and_then(|pair| build(&mut self.builder(start, end), pair));
                if built.is_none() && self.diagnostics.len() == before {
                    self.unreadable(start, end, &what());
                }
                built
            }
            Err(_) if self.layout.is_reported(start, end) => None,
            Err(stop) => {
                let place = Fault { source: self.source, start, slice, what: what(), members: &[], names: true };
                self.diagnostics.push(describe_fault(&place, &stop));
                None
            }
        }
    }

    /// Notes the words of the language in a slice.
    fn hear(&mut self, pairs: Pairs<'_>, start: usize) {
        if let Some(words) = self.words.as_deref_mut() {
            pairs.for_each(|pair| gather_words(pair, start, words));
        }
    }

    fn unreadable(&mut self, start: usize, end: usize, what: &Text) {
        let span = self.source.span(start, end);
        self.diagnostics.push(
            Diagnostic::new(codes::UNEXPECTED, text!("{what} could not be read", what))
                .label(span, text!("here"))
                .help(text!("compare it with the examples of the reference")),
        );
    }

    /// `use std.survey`: names with points between them, and nothing else.
    fn module(&mut self, text: &str) -> Option<ItemKind> {
        let start = self.raw.start;
        let rest = text.strip_prefix("use").unwrap_or(text).trim_end();
        let mut at = start + text.len().min("use".len());
        let mut module = Vec::new();
        for part in rest.split('.') {
            let (name, before) = (part.trim(), part.len() - part.trim_start().len());
            if !name.starts_with(starts_name) || !name.chars().all(continues_name) {
                let span = self.source.span(at + before, at + before + name.len());
                self.diagnostics.push(
                    Diagnostic::new(codes::UNEXPECTED, text!("`use` is followed by the name of a module"))
                        .label(span, text!("expected {expected}", expected = text!("a name")))
                        .help(text!("write `use std.survey`")),
                );
                return None;
            }
            let span = self.source.span(at + before, at + before + name.len());
            module.push(Name { text: name.nfc().collect(), span });
            at += part.len() + 1;
        }
        Some(ItemKind::Use(Use { module }))
    }

    fn unknown(&mut self, text: &str, word: &str) {
        let start = self.raw.start;
        if word.is_empty() || !word.starts_with(starts_name) {
            let found = text.chars().next().map_or(0, char::len_utf8).max(word.len());
            self.diagnostics.push(
                Diagnostic::new(codes::UNEXPECTED, text!("a declaration begins with a keyword"))
                    .label(self.source.span(start, start + found), text!("expected a keyword such as `indicator`"))
                    .help(text!("remove it, or indent it if it belongs to the block above")),
            );
            return;
        }
        let span = self.source.span(start, start + word.len());
        let in_file = |word: &'static str| if self.source.speaks_chinese { in_chinese(word) } else { word };
        let list = Text::list(DECLARATIONS.iter().map(|w| Text::quoted(in_file(w))), Join::Comma);
        let written = self.source.written(start, start + word.len());
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_DECLARATION, text!("`{word}` is no declaration", word = written));
        if let Some((first, behind)) = glued(word) {
            self.diagnostics.push(insert_space(diagnostic.label(span, text!("two words")), span, first, behind));
            return;
        }
        let diagnostic = match nearest_word(&written, DECLARATIONS) {
            Some(near) => diagnostic.label(span, text!("did you mean `{near}`?", near)).fix(
                text!("write `{near}`", near),
                span,
                near,
            ),
            None => diagnostic.label(span, text!("not known here")),
        };
        self.diagnostics.push(diagnostic.help(text!("a line that is not indented begins with one of {list}", list)));
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.source.span(start, end)
    }
}
