//! The declarations of a package, by name.

use std::cell::Cell;

use kpi_base::{Diagnostic, FileId, Span, Text, codes, text};
use kpi_syntax::ast;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a name stands for. The numbers are places in the lists of [`Names`]; dimensions and tables have the same places
/// in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decl {
    /// A dimension.
    Dimension(usize),
    /// A scale.
    Scale(usize),
    /// A roster or a source.
    Table(usize),
    /// A parameter.
    Param(usize),
    /// A function.
    Function(usize),
    /// A named curve.
    Curve(usize),
    /// An indicator.
    Indicator(usize),
    /// A scorecard.
    Scorecard(usize),
    /// An incentive.
    Incentive(usize),
    /// A rule.
    Rule(usize),
    /// A shape.
    Shape(usize),
    /// An entry: an indicator that takes tables.
    Entry(usize),
}

/// A declaration with its doc comment.
#[derive(Debug)]
pub struct Declared<'a, T> {
    /// What was written.
    pub ast: &'a T,
    /// The doc comment above it.
    pub doc: Option<&'a str>,
    /// The whole declaration.
    pub span: Span,
    /// Whether a part of it could not be read. Nothing is said to be missing in it: it may have been written.
    pub faulty: bool,
}

/// All declarations of a package.
#[derive(Debug, Default)]
pub struct Names<'a> {
    by_name: FxHashMap<&'a str, (Decl, Span)>,
    faulty: bool,
    /// How often a name was compared with another.
    compared: Cell<usize>,
    /// The policies; one is right.
    pub policies: Vec<Declared<'a, ast::Policy>>,
    /// The dimensions.
    pub dimensions: Vec<Declared<'a, ast::Dimension>>,
    /// The scales.
    pub scales: Vec<Declared<'a, ast::Scale>>,
    /// The rosters (true) and sources.
    pub tables: Vec<(Declared<'a, ast::Table>, bool)>,
    /// The views; their places among the tables come after those of rosters and sources.
    pub views: Vec<Declared<'a, ast::View>>,
    /// The parameters.
    pub params: Vec<Declared<'a, ast::Param>>,
    /// The functions.
    pub functions: Vec<Declared<'a, ast::Function>>,
    /// The named curves.
    pub curves: Vec<Declared<'a, ast::NamedCurve>>,
    /// The indicators, and behind each of them its parts.
    pub indicators: Vec<Declared<'a, ast::Indicator>>,
    /// Which of them are parts.
    is_part: Vec<bool>,
    /// The scorecards.
    pub scorecards: Vec<Declared<'a, ast::Scorecard>>,
    /// The incentives.
    pub incentives: Vec<Declared<'a, ast::Incentive>>,
    /// The rules.
    pub rules: Vec<Declared<'a, ast::Rule>>,
    /// The shapes.
    pub shapes: Vec<Declared<'a, ast::Table>>,
    /// The entries.
    pub entries: Vec<Declared<'a, ast::Indicator>>,
    /// The tests.
    pub tests: Vec<Declared<'a, ast::Test>>,
    /// The goals.
    pub goals: Vec<Declared<'a, ast::Goal>>,
    /// Goals by name. They have names of their own, so that an indicator may be called as the goal that it is for.
    goal_names: FxHashMap<&'a str, usize>,
    /// What is required of scorecards.
    pub requirements: Vec<Declared<'a, ast::Require>>,
    /// What is to be proven.
    pub obligations: Vec<Declared<'a, ast::Prove>>,
    /// What the modules of a library are called.
    modules: FxHashMap<FileId, &'a str>,
    /// The files that are modules of a library.
    pub library: FxHashSet<FileId>,
}

impl Decl {
    /// What it is, with its article.
    pub fn kind(self) -> Text {
        match self {
            Decl::Dimension(_) => text!("a dimension"),
            Decl::Scale(_) => text!("a scale"),
            Decl::Table(_) => text!("a table"),
            Decl::Param(_) => text!("a parameter"),
            Decl::Function(_) => text!("a function"),
            Decl::Curve(_) => text!("a curve"),
            Decl::Indicator(_) => text!("an indicator"),
            Decl::Scorecard(_) => text!("a scorecard"),
            Decl::Incentive(_) => text!("an incentive"),
            Decl::Rule(_) => text!("a rule"),
            Decl::Shape(_) => text!("a shape"),
            Decl::Entry(_) => text!("an entry"),
        }
    }
}

impl<'a> Names<'a> {
    /// Collects the declarations of all files; of several with one name the first keeps it.
    pub fn collect(files: &'a [ast::File], diagnostics: &mut Vec<Diagnostic>) -> Names<'a> {
        let mut names = Names::default();
        let of_library = files.iter().filter(|file| file.library).filter_map(|file| file.items.first());
        names.library.extend(of_library.map(|item| item.span.file));
        for file in files.iter().filter(|file| file.library) {
            names.modules.extend(file.items.first().map(|item| (item.span.file, file.module.as_str())));
        }
        let items = || files.iter().flat_map(|file| &file.items);
        let is_view = |item: &&ast::Item| matches!(item.kind, ast::ItemKind::View(_));
        items().filter(|item| !is_view(item)).for_each(|item| names.collect_item(item, diagnostics));
        items().filter(is_view).for_each(|item| names.collect_item(item, diagnostics));
        names
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<Decl> {
        self.by_name.get(name).map(|(decl, _)| *decl)
    }

    /// The place of a goal among the [goals](Names::goals).
    pub fn goal(&self, name: &str) -> Option<usize> {
        self.goal_names.get(name).copied()
    }

    /// Where a name is declared.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.by_name.get(name).map(|(_, span)| *span)
    }

    /// Whether some declaration could not be read whole.
    pub fn any_faulty(&self) -> bool {
        self.faulty
    }

    /// The names of rosters, sources and views.
    pub fn table_names(&self) -> impl Iterator<Item = &'a ast::Name> {
        self.tables.iter().map(|(t, _)| &t.ast.name).chain(self.views.iter().map(|v| &v.ast.name))
    }

    /// Whether the indicator at this place is a part of another, which no name stands for.
    pub fn is_part(&self, place: usize) -> bool {
        self.is_part.get(place).copied().unwrap_or(false)
    }

    /// The declared name that may have been meant by one that is not known.
    pub fn nearest(&self, name: &str) -> Option<&'a str> {
        nearest(name, self.iter().map(|(n, _)| n).take(self.worth_comparing()))
    }

    /// How many declared names an unknown one is worth comparing with: all of them, until so many were compared that a
    /// policy of nothing but unknown names would take forever.
    pub(crate) fn worth_comparing(&self) -> usize {
        let compared = self.compared.get();
        self.compared.set(compared + self.by_name.len());
        if compared < MOST_COMPARED { self.by_name.len() } else { 0 }
    }

    /// All names with what they stand for, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Decl)> {
        self.by_name.iter().map(|(name, (decl, _))| (*name, *decl))
    }

    fn collect_item(&mut self, item: &'a ast::Item, diagnostics: &mut Vec<Diagnostic>) {
        self.faulty |= item.faulty;
        fn push<'a, T>(list: &mut Vec<Declared<'a, T>>, ast: &'a T, item: &'a ast::Item) -> usize {
            list.push(Declared { ast, doc: item.doc.as_deref(), span: item.span, faulty: item.faulty });
            list.len() - 1
        }
        let (name, decl) = match &item.kind {
            ast::ItemKind::Policy(x) => {
                push(&mut self.policies, x, item);
                return;
            }
            ast::ItemKind::Test(x) => {
                push(&mut self.tests, x, item);
                return;
            }
            ast::ItemKind::Require(x) => {
                push(&mut self.requirements, x, item);
                return;
            }
            ast::ItemKind::Goal(x) => {
                let place = push(&mut self.goals, x, item);
                let first = self.goal_names.get(x.name.text.as_str()).and_then(|first| self.goals.get(*first));
                if let Some(first) = first {
                    diagnostics.push(duplicate(&x.name.text, x.name.span, first.ast.name.span));
                } else {
                    self.goal_names.insert(&x.name.text, place);
                }
                return;
            }
            ast::ItemKind::Prove(x) => {
                push(&mut self.obligations, x, item);
                return;
            }
            // Whoever gathers the files of a package brings the module's own along.
            ast::ItemKind::Use(_) => return,
            ast::ItemKind::Dimension(x) => (&x.name, Decl::Dimension(push(&mut self.dimensions, x, item))),
            ast::ItemKind::Scale(x) => (&x.name, Decl::Scale(push(&mut self.scales, x, item))),
            ast::ItemKind::Roster(x) | ast::ItemKind::Source(x) => {
                let roster = matches!(item.kind, ast::ItemKind::Roster(_));
                self.tables.push((
                    Declared { ast: x, doc: item.doc.as_deref(), span: item.span, faulty: item.faulty },
                    roster,
                ));
                (&x.name, Decl::Table(self.tables.len() - 1))
            }
            ast::ItemKind::View(x) => {
                let place = push(&mut self.views, x, item);
                (&x.name, Decl::Table(self.tables.len() + place))
            }
            ast::ItemKind::Param(x) => (&x.name, Decl::Param(push(&mut self.params, x, item))),
            ast::ItemKind::Function(x) => (&x.name, Decl::Function(push(&mut self.functions, x, item))),
            ast::ItemKind::Curve(x) => (&x.name, Decl::Curve(push(&mut self.curves, x, item))),
            ast::ItemKind::Shape(x) => (&x.name, Decl::Shape(push(&mut self.shapes, x, item))),
            ast::ItemKind::Indicator(x) if !x.params.is_empty() => {
                (&x.name, Decl::Entry(push(&mut self.entries, x, item)))
            }
            ast::ItemKind::Indicator(x) => {
                let place = push(&mut self.indicators, x, item);
                self.is_part.push(false);
                for part in &x.parts {
                    self.indicators.push(Declared { ast: part, doc: None, span: part.name.span, faulty: item.faulty });
                    self.is_part.push(true);
                }
                (&x.name, Decl::Indicator(place))
            }
            ast::ItemKind::Scorecard(x) => (&x.name, Decl::Scorecard(push(&mut self.scorecards, x, item))),
            ast::ItemKind::Incentive(x) => (&x.name, Decl::Incentive(push(&mut self.incentives, x, item))),
            ast::ItemKind::Rule(x) => (&x.name, Decl::Rule(push(&mut self.rules, x, item))),
        };
        if let Some((_, first)) = self.by_name.get(name.text.as_str()) {
            let module = self.modules.get(&name.span.file).filter(|_| !self.library.contains(&first.file));
            diagnostics.push(match module {
                Some(module) => taken(&name.text, *first, name.span, module),
                None => duplicate(&name.text, name.span, *first),
            });
        } else {
            self.by_name.insert(&name.text, (decl, name.span));
        }
    }
}

/// The finding that a name is taken.
pub fn duplicate(name: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::new(codes::names::DUPLICATE_NAME, text!("`{name}` is declared twice", name))
        .label(again, text!("declared again here"))
        .label(first, text!("first declared here"))
        .help(text!("give one of the two another name"))
}

/// The finding that a name of the policy is one of a module that it uses.
fn taken(name: &str, own: Span, of_module: Span, module: &str) -> Diagnostic {
    let message = text!("`{name}` is declared here, and in `{module}`, which is used", name, module);
    Diagnostic::new(codes::names::DUPLICATE_NAME, message)
        .label(own, text!("declared here"))
        .label(of_module, text!("declared in `{module}`", module))
        .help(text!("give yours another name, or take `use {module}` out if nothing of it is needed", module))
}

/// How many pairs of names are compared in a check.
const MOST_COMPARED: usize = 1_000_000;

/// The longest name that another is compared with, in characters: nobody writes a longer one, and comparing takes the square.
const LONGEST_COMPARED: usize = 80;

/// The candidate nearest to a name, if it is near enough to be a slip: at most a third of its characters differ.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted: Vec<char> = name.chars().take(LONGEST_COMPARED + 1).collect();
    if wanted.len() > LONGEST_COMPARED {
        return None;
    }
    let candidates: Vec<&str> = candidates.into_iter().filter(|c| c.len() <= 4 * LONGEST_COMPARED).collect();
    let lower = name.to_lowercase();
    if let Some(same) = candidates.iter().find(|c| **c != name && c.to_lowercase() == lower) {
        return Some(same);
    }
    let limit = (wanted.len() / 3).max(1);
    let ranked = candidates.into_iter().filter(|c| *c != name).map(|c| (distance(&wanted, c, limit), c));
    ranked.filter(|(d, c)| *d <= limit && *d < c.chars().count().max(wanted.len())).min().map(|(_, c)| c)
}

/// The edits (insertions, deletions, substitutions, neighbours exchanged) between two texts; `limit + 1` where their
/// lengths alone differ by more than `limit`.
fn distance(a: &[char], b: &str, limit: usize) -> usize {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(limit + 1);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&last, j) + usize::from(x != y);
            let mut edits = changed.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let crossed = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if crossed {
                edits = edits.min(at(&before, j - 1) + 1);
            }
            row.push(edits);
        }
        before = std::mem::replace(&mut last, row);
    }
    at(&last, b.len())
}
