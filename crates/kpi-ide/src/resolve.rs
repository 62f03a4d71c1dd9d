//! What the name at a place stands for, as far as the text alone tells: also where the policy cannot be checked.
//!
//! It follows the language's rules for where names are looked for, and guesses where only types would tell.

use kpi_base::{Code, FileId, Span, codes};
use kpi_syntax::ast::{self, Item, ItemKind, TypeKind};
use kpi_syntax::words::Place;
use rustc_hash::FxHashMap;

use crate::scan::{Kind, Token};
use crate::snapshot::{FilePosition, Snapshot};
use crate::spot::Spot;

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning<'s> {
    /// A declaration.
    Declared(&'s Item),
    /// A column of a table.
    Column(Column<'s>),
    /// A member of a dimension, by its place.
    Member(&'s Item, usize),
    /// A parameter of a function or of an entry.
    Parameter(&'s Item, &'s ast::Name, &'s ast::TypeName),
    /// A line's group, a veto, a bonus, a pay or a part, inside its declaration.
    Inner(&'s Item, Inner<'s>),
    /// A word of the language, in English.
    Word(&'s str, Option<Place>),
    /// A code, in a comment that allows it.
    Code(Code),
}

/// A column of a table or a view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'s> {
    /// The table that has it.
    pub table: &'s Item,
    /// Its name.
    pub name: &'s ast::Name,
    /// As it is declared; none for what a view computes.
    pub declared: Option<&'s ast::Column>,
    /// What a view computes.
    pub computed: Option<&'s ast::ViewColumn>,
}

/// What has a name inside a declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inner<'s> {
    Part(&'s ast::Indicator),
    Group(&'s ast::Group),
    Veto(&'s ast::Veto),
    Adjustment(&'s ast::Adjustment),
    Pay(&'s ast::Pay),
}

/// The declarations of a package, to be found by name.
pub(crate) struct Names<'s> {
    pub snapshot: &'s Snapshot,
    by_name: FxHashMap<&'s str, &'s Item>,
    goals: FxHashMap<&'s str, &'s Item>,
}

/// Functions over the rows of a table.
pub(crate) const AGGREGATES: &[&str] = &[
    "sum",
    "count",
    "count_distinct",
    "average",
    "median",
    "quantile",
    "min",
    "max",
    "first",
    "last",
    "any",
    "all",
    "stddev",
    "lookup",
    "exists",
];

impl<'s> Names<'s> {
    /// The declarations of a snapshot; of several with one name the first keeps it.
    pub fn of(snapshot: &'s Snapshot) -> Names<'s> {
        let (mut by_name, mut goals) = (FxHashMap::default(), FxHashMap::default());
        for file in snapshot.ids().filter_map(|id| snapshot.parsed(id)) {
            for item in &file.items {
                let Some(name) = name_of(item) else { continue };
                let names = if matches!(item.kind, ItemKind::Goal(_)) { &mut goals } else { &mut by_name };
                names.entry(name.text.as_str()).or_insert(item);
            }
        }
        Names { snapshot, by_name, goals }
    }

    /// The declaration of a name.
    pub fn get(&self, name: &str) -> Option<&'s Item> {
        self.by_name.get(name).copied()
    }

    /// The goal of a name.
    pub fn goal(&self, name: &str) -> Option<&'s Item> {
        self.goals.get(name).copied()
    }

    /// All declarations but goals, in no order.
    pub fn all(&self) -> impl Iterator<Item = &'s Item> + '_ {
        self.by_name.values().copied()
    }

    /// All goals, in no order.
    pub fn all_goals(&self) -> impl Iterator<Item = &'s Item> + '_ {
        self.goals.values().copied()
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&'s Item> {
        self.get(name).filter(|item| is_table(item))
    }

    /// The columns of a table or view, in order.
    pub fn columns(&self, table: &'s Item) -> Vec<Column<'s>> {
        self.columns_within(table, 8)
    }

    fn columns_within(&self, table: &'s Item, depth: u8) -> Vec<Column<'s>> {
        let plain = |t: &'s ast::Table| {
            let column = |c: &'s ast::Column| Column { table, name: &c.name, declared: Some(c), computed: None };
            t.columns.iter().map(column).collect()
        };
        match &table.kind {
            ItemKind::Roster(t) | ItemKind::Source(t) | ItemKind::Shape(t) => plain(t),
            ItemKind::View(view) => {
                let input = self.table(&view.of.text).filter(|_| depth > 0);
                let inherited = input.map(|input| self.columns_within(input, depth - 1)).unwrap_or_default();
                let Some(grouping) = &view.grouping else {
                    return inherited.into_iter().map(|c| Column { table, ..c }).collect();
                };
                let key = |path: &'s Vec<ast::Name>| {
                    let name = path.last()?;
                    let found = self.follow(
                        inherited.iter().find(|c| Some(&c.name.text) == path.first().map(|n| &n.text)).copied()?,
                        path.get(1..)?,
                    );
                    Some(Column { table, name, declared: found.and_then(|c| c.declared), computed: None })
                };
                let plain_key = |path: &'s Vec<ast::Name>| {
                    path.last().map(|name| Column { table, name, declared: None, computed: None })
                };
                let keys = grouping.keys.iter().filter_map(|path| key(path).or_else(|| plain_key(path)));
                let computed =
                    grouping.columns.iter().map(|c| Column { table, name: &c.name, declared: None, computed: Some(c) });
                keys.chain(computed).collect()
            }
            _ => Vec::new(),
        }
    }

    fn follow(&self, column: Column<'s>, path: &'s [ast::Name]) -> Option<Column<'s>> {
        path.iter().try_fold(column, |column, name| {
            let table = self.referred(column)?;
            self.columns_within(table, 4).into_iter().find(|c| c.name.text == name.text)
        })
    }

    /// The table to which a column refers.
    pub fn referred(&self, column: Column<'s>) -> Option<&'s Item> {
        match &column.declared?.ty.kind {
            TypeKind::Reference(name) => self.table(&name.text),
            TypeKind::Named(_) => None,
        }
    }

    /// The dimension of which a column holds members.
    pub fn dimension_of(&self, column: Column<'s>) -> Option<&'s Item> {
        match &column.declared?.ty.kind {
            TypeKind::Named(name) => self.get(&name.text).filter(|item| is_dimension(item)),
            TypeKind::Reference(_) => None,
        }
    }

    /// What stands behind a point.
    pub fn step(&self, from: Meaning<'s>, name: &str) -> Option<Meaning<'s>> {
        let word = |word: &str, place| Some(Meaning::Word(english(word), Some(place)));
        match from {
            Meaning::Declared(item) if is_table(item) => {
                self.columns(item).into_iter().find(|c| c.name.text == name).map(Meaning::Column)
            }
            Meaning::Declared(item) => {
                let inner = inner(item).into_iter().find(|inner| inner.name().text == name);
                inner.map(|inner| Meaning::Inner(item, inner)).or_else(|| word(name, Place::Attribute))
            }
            Meaning::Column(column) => match self.referred(column) {
                Some(table) => self.step(Meaning::Declared(table), name),
                None => word(name, Place::Attribute),
            },
            Meaning::Parameter(_, _, ty) => match &ty.kind {
                TypeKind::Named(shape) | TypeKind::Reference(shape) => {
                    self.step(Meaning::Declared(self.table(&shape.text)?), name)
                }
            },
            Meaning::Word(..) | Meaning::Inner(..) => word(name, Place::Attribute),
            Meaning::Member(..) | Meaning::Code(_) => None,
        }
    }

    /// What a path means, written where the place is.
    pub fn path(&self, spot: &Spot<'s>, path: &[Token<'s>]) -> Option<Meaning<'s>> {
        let (first, rest) = path.split_first()?;
        let first = self.alone(spot, first)?;
        rest.iter().try_fold(first, |from, name| self.step(from, written(name)))
    }

    /// What a name means that stands alone or begins a path.
    pub fn alone(&self, spot: &Spot<'s>, token: &Token<'s>) -> Option<Meaning<'s>> {
        let name = written(token);
        if let Some(found) = self.parameters(spot).into_iter().find(|(_, own, _)| own.text == name) {
            return Some(Meaning::Parameter(found.0, found.1, found.2));
        }
        if let Some(item) = self.get(name).filter(|item| is_table(item)) {
            return Some(Meaning::Declared(item));
        }
        for table in self.row_tables(spot) {
            if let Some(column) = self.columns(table).into_iter().find(|c| c.name.text == name) {
                return Some(Meaning::Column(column));
            }
        }
        self.get(name).map(Meaning::Declared)
    }

    /// The parameters of the function or entry in which the place is.
    pub fn parameters(&self, spot: &Spot<'s>) -> Vec<(&'s Item, &'s ast::Name, &'s ast::TypeName)> {
        let Some(item) = self.own(spot) else { return Vec::new() };
        match &item.kind {
            ItemKind::Function(f) => f.params.iter().map(|(name, ty)| (item, name, ty)).collect(),
            ItemKind::Indicator(i) => i.params.iter().map(|p| (item, &p.name, &p.ty)).collect(),
            _ => Vec::new(),
        }
    }

    /// The declaration in which the place is, as far as it was understood.
    pub fn own(&self, spot: &Spot<'s>) -> Option<&'s Item> {
        let name = spot.tokens.iter().filter(|t| t.kind == Kind::Word).nth(1)?;
        self.get(written(name))
    }

    /// The tables whose columns may stand alone at the place, the nearest first.
    pub fn row_tables(&self, spot: &Spot<'s>) -> Vec<&'s Item> {
        let mut tables = Vec::new();
        for (function, from) in spot.calls() {
            if !AGGREGATES.contains(&function.text) {
                continue;
            }
            let args = spot.tokens.get(from..).unwrap_or_default();
            let names = args.iter().take_while(|t| !t.is(")")).filter(|t| t.kind == Kind::Word);
            let parameters = self.parameters(spot);
            let found = names.filter_map(|t| {
                let name = written(t);
                let given = parameters.iter().find(|(_, own, _)| own.text == name);
                let shape = given.and_then(|(_, _, ty)| match &ty.kind {
                    TypeKind::Named(shape) | TypeKind::Reference(shape) => self.table(&shape.text),
                });
                shape.or_else(|| self.table(name))
            });
            tables.extend(found.take(1));
        }
        let keyword = spot.keyword();
        let behind = |word: &str| {
            let at = spot.tokens.iter().position(|t| t.is(word))?;
            self.table(written(spot.tokens.get(at + 1)?))
        };
        match keyword {
            "roster" | "source" | "shape" => tables.extend(self.own(spot).filter(|item| is_table(item))),
            "view" => tables.extend(behind("from")),
            "scorecard" | "incentive" | "rule" => tables.extend(behind("for").or_else(|| behind("of"))),
            _ => {}
        }
        tables
    }

    /// The dimension whose members are expected at the place: the key of a row, or what is compared.
    pub fn expected_dimension(&self, spot: &Spot<'s>) -> Option<&'s Item> {
        if let Some(dimension) = self.compared_dimension(spot) {
            return Some(dimension);
        }
        let brace = spot.brace().filter(|brace| spot.open.last() == Some(brace))?;
        let keys = self.keys_of(spot, brace);
        if keys.is_empty() {
            return None;
        }
        let member = spot.member();
        let line = self.line_tokens(spot);
        if line.first().is_some_and(|t| t.kind == Kind::Bar) {
            return keys.last().copied().flatten();
        }
        if member.iter().any(|t| matches!(t.kind, Kind::Colon | Kind::Bar)) {
            return None;
        }
        let since = spot.tokens.get(brace + 1..spot.before).unwrap_or_default();
        let row = since.iter().rev().take_while(|t| !t.first && t.kind != Kind::Colon).count();
        let commas = since.iter().rev().take(row).filter(|t| t.kind == Kind::Comma).count();
        let place = if keys.len() > 1 { commas % keys.len() } else { 0 };
        keys.get(place).copied().flatten()
    }

    fn line_tokens<'t>(&self, spot: &'t Spot<'s>) -> &'t [Token<'s>] {
        let before = spot.tokens.get(..spot.before).unwrap_or_default();
        let start = before.iter().rposition(|t| t.first).unwrap_or(0);
        // The word at the place may begin the line itself.
        if spot.word.is_some_and(|word| word.first) { &[] } else { before.get(start..).unwrap_or_default() }
    }

    /// The dimensions of the keys of the table whose brace is that, where it is one `by`.
    pub fn keys_of(&self, spot: &Spot<'s>, brace: usize) -> Vec<Option<&'s Item>> {
        let head = spot.head_of(brace);
        let Some(by) = head.iter().rposition(|t| t.is("by")) else { return Vec::new() };
        let keys = head.get(by + 1..).unwrap_or_default();
        let mut found = Vec::new();
        for key in keys.split(|t| t.kind == Kind::Comma) {
            let path: Vec<Token<'s>> =
                key.iter().filter(|t| t.kind == Kind::Word && !t.is("lookup")).copied().collect();
            if path.iter().any(|t| t.is("date")) && path.len() == 1 {
                found.push(None);
                continue;
            }
            found.push(self.dimension_at(spot, &path));
        }
        found
    }

    fn dimension_at(&self, spot: &Spot<'s>, path: &[Token<'s>]) -> Option<&'s Item> {
        if let [one] = path
            && let Some(item) = self.get(written(one)).filter(|item| is_dimension(item))
        {
            return Some(item);
        }
        match self.path(spot, path) {
            Some(Meaning::Column(column)) => self.dimension_of(column),
            Some(Meaning::Declared(item)) if is_dimension(item) => Some(item),
            // A column of the subject, whose table the text does not tell.
            None => {
                let name = written(path.last()?);
                let tables = self.all().filter(|item| is_table(item));
                let mut columns = tables.flat_map(|table| self.columns(table)).filter(|c| c.name.text == name);
                columns.find_map(|column| self.dimension_of(column))
            }
            _ => None,
        }
    }

    fn compared_dimension(&self, spot: &Spot<'s>) -> Option<&'s Item> {
        let set = spot.bracket().filter(|t| t.is("{")).and(spot.open.last().copied());
        let in_set =
            set.filter(|place| place.checked_sub(1).and_then(|b| spot.tokens.get(b)).is_some_and(|t| t.is("in")));
        let operator = match in_set {
            Some(brace) => brace.checked_sub(1)?,
            None => {
                let back = spot.back(0)?;
                if !matches!(back.text, "==" | "≠" | "≥" | "≤" | "<" | ">") || back.kind != Kind::Operator {
                    return None;
                }
                spot.tokens.iter().position(|t| t.start == back.start)?
            }
        };
        let mut path = Vec::new();
        let mut at = operator;
        if at.checked_sub(1).and_then(|b| spot.tokens.get(b)).is_some_and(|t| t.is("not")) {
            at -= 1;
        }
        while let Some(name) = at.checked_sub(1).and_then(|b| spot.tokens.get(b)).filter(|t| t.kind == Kind::Word) {
            path.push(*name);
            match at.checked_sub(2).and_then(|b| spot.tokens.get(b)) {
                Some(dot) if dot.kind == Kind::Dot => at -= 2,
                _ => break,
            }
        }
        path.reverse();
        self.dimension_at(spot, &path)
    }

    /// What the word at the place means.
    pub fn meaning(&self, spot: &Spot<'s>, at: FilePosition) -> Option<Meaning<'s>> {
        if spot.in_comment {
            return self.code_in_comment(spot, at).map(Meaning::Code);
        }
        let word = spot.word.filter(|_| !spot.in_text)?;
        let name = written(&word);
        let path = spot.path();
        if !path.is_empty() {
            return self.step(self.path(spot, &path)?, name);
        }
        let quoted = word.written.starts_with(['`', '｀']);
        if let Some(found) = self.in_grid(spot, name) {
            return Some(found);
        }
        if let Some(found) = self.declared_here(spot, at.file, &word) {
            return Some(found);
        }
        if let Some(dimension) = self.expected_dimension(spot)
            && let Some(place) = members(dimension).iter().position(|(own, _)| own.text == name)
        {
            return Some(Meaning::Member(dimension, place));
        }
        let spoken = self.snapshot.tokens(at.file);
        let spoken = spoken.get(spoken.partition_point(|t| (t.span.start as usize) < word.start));
        let place = match spoken.map(|t| t.kind) {
            Some(crate::TokenKind::Keyword(place)) => Some(place),
            _ => None,
        };
        let called = spot.next().is_some_and(|t| t.is("(") && t.start == word.end);
        let keyword = place
            .is_some_and(|place| !matches!(place, Place::Attribute | Place::Type | Place::Period | Place::Function));
        if keyword && !quoted {
            return Some(Meaning::Word(word.text, place));
        }
        if called
            && !quoted
            && self.get(name).is_none_or(|item| !matches!(item.kind, ItemKind::Function(_) | ItemKind::Indicator(_)))
        {
            return kpi_syntax::words::spellings(word.text)
                .next()
                .map(|_| Meaning::Word(word.text, Some(Place::Function)));
        }
        let for_goals = spot.back(0).is_some_and(|t| t.is("supports")) || spot.keyword() == "goal";
        if let Some(goal) = self.goal(name).filter(|_| for_goals) {
            return Some(Meaning::Declared(goal));
        }
        if let Some(found) = self.alone(spot, &word) {
            return Some(found);
        }
        let any_member = || {
            let mut dimensions: Vec<&'s Item> = self.all().filter(|item| is_dimension(item)).collect();
            dimensions.sort_by_key(|item| (item.span.file, item.span.start));
            dimensions.into_iter().find_map(|dimension| {
                let place = members(dimension).iter().position(|(own, _)| own.text == name)?;
                Some(Meaning::Member(dimension, place))
            })
        };
        let is_word = !quoted && kpi_syntax::words::spellings(word.text).next().is_some();
        if place.is_some() && is_word {
            return Some(Meaning::Word(word.text, place));
        }
        any_member()
            .or_else(|| self.own_inner(spot, name))
            .or_else(|| self.goal(name).map(Meaning::Declared))
            .or_else(|| is_word.then_some(Meaning::Word(word.text, place)))
    }

    /// A veto, a pay, a group or a part that the declaration around the place names itself.
    fn own_inner(&self, spot: &Spot<'s>, name: &str) -> Option<Meaning<'s>> {
        let own = self.own(spot)?;
        let inner = inner(own).into_iter().find(|inner| inner.name().text == name)?;
        Some(Meaning::Inner(own, inner))
    }

    /// What is declared by the very word.
    fn declared_here(&self, spot: &Spot<'s>, file: FileId, word: &Token<'s>) -> Option<Meaning<'s>> {
        let here = |name: &ast::Name| name.span.file == file && name.span.start as usize == word.start;
        let file = self.snapshot.parsed(file)?;
        let next = file.items.partition_point(|item| item.span.start as usize <= word.start);
        let item = file.items.get(next.checked_sub(1)?)?;
        if name_of(item).is_some_and(here) {
            return Some(Meaning::Declared(item));
        }
        if let Some(inner) = inner(item).into_iter().find(|inner| here(inner.name())) {
            return Some(Meaning::Inner(item, inner));
        }
        if let Some(place) = members(item).iter().position(|(name, _)| here(name)) {
            return Some(Meaning::Member(item, place));
        }
        let own = self.parameters(spot).into_iter().find(|(_, name, _)| here(name));
        if let Some((item, name, ty)) = own {
            return Some(Meaning::Parameter(item, name, ty));
        }
        if !is_table(item) {
            return None;
        }
        self.columns(item).into_iter().find(|c| here(c.name)).map(Meaning::Column)
    }

    /// A column or a table of a grid in a test.
    fn in_grid(&self, spot: &Spot<'s>, name: &str) -> Option<Meaning<'s>> {
        let word = spot.word?;
        if spot.keyword() != "test" && spot.keyword() != "indicator" {
            return None;
        }
        let own_line = word.first && spot.next().is_some_and(|t| t.kind == Kind::Bar);
        if own_line {
            return self.table(name).map(Meaning::Declared);
        }
        let (table, header) = self.grid_at(spot)?;
        let column = self.columns(table).into_iter().find(|c| c.name.text == name).filter(|_| header)?;
        Some(Meaning::Column(column))
    }

    /// The table of the grid row in which the place is, and whether the row is its header.
    pub fn grid_at(&self, spot: &Spot<'s>) -> Option<(&'s Item, bool)> {
        let before = spot.tokens.get(..spot.before)?;
        let mut header = true;
        let mut end = before.len();
        loop {
            let start = before.get(..end)?.iter().rposition(|t| t.first)?;
            let first = before.get(start)?;
            if first.kind == Kind::Bar {
                header = false;
                end = start;
                continue;
            }
            let second = before.get(start + 1).filter(|t| t.kind == Kind::Bar);
            second?;
            return Some((self.table(written(first))?, header));
        }
    }

    fn code_in_comment(&self, spot: &Spot<'s>, at: FilePosition) -> Option<Code> {
        let comment = spot
            .tokens
            .iter()
            .find(|t| t.kind == Kind::Comment && t.start <= at.offset as usize && at.offset as usize <= t.end)?;
        let inside = (at.offset as usize).checked_sub(comment.start)?;
        let is_code = |c: char| c.is_ascii_alphanumeric();
        let before = comment.written.get(..inside)?;
        let start = before.rfind(|c| !is_code(c)).map_or(0, |at| at + 1);
        let rest = comment.written.get(start..)?;
        let code = rest.get(..rest.find(|c| !is_code(c)).unwrap_or(rest.len()))?;
        codes::all().find(|own| own.name() == code)
    }
}

impl<'s> Inner<'s> {
    /// Its name.
    pub fn name(&self) -> &'s ast::Name {
        match self {
            Inner::Part(x) => &x.name,
            Inner::Group(x) => &x.name,
            Inner::Veto(x) => &x.name,
            Inner::Adjustment(x) => &x.name,
            Inner::Pay(x) => &x.name,
        }
    }

    /// Its label.
    pub fn label(&self) -> Option<&'s str> {
        let label = match self {
            Inner::Part(x) => &x.label,
            Inner::Group(x) => &x.label,
            Inner::Veto(x) => &x.label,
            Inner::Adjustment(x) => &x.label,
            Inner::Pay(x) => &x.label,
        };
        label.as_ref().map(|label| label.value.as_str())
    }
}

/// What has a name inside a declaration.
pub(crate) fn inner(item: &Item) -> Vec<Inner<'_>> {
    fn groups<'s>(lines: &'s [ast::Line], all: &mut Vec<Inner<'s>>) {
        for line in lines {
            if let ast::Line::Group(group) = line {
                all.push(Inner::Group(group));
                groups(&group.lines, all);
            }
        }
    }
    let mut all = Vec::new();
    match &item.kind {
        ItemKind::Indicator(i) => all.extend(i.parts.iter().map(Inner::Part)),
        ItemKind::Scorecard(card) => {
            groups(&card.lines, &mut all);
            all.extend(card.vetoes.iter().map(Inner::Veto));
            all.extend(card.adjustments.iter().map(Inner::Adjustment));
        }
        ItemKind::Incentive(i) => all.extend(i.pays.iter().map(Inner::Pay)),
        _ => {}
    }
    all
}

/// The name that a declaration gives.
pub(crate) fn name_of(item: &Item) -> Option<&ast::Name> {
    let name = match &item.kind {
        ItemKind::Dimension(x) => &x.name,
        ItemKind::Scale(x) => &x.name,
        ItemKind::Roster(x) | ItemKind::Source(x) | ItemKind::Shape(x) => &x.name,
        ItemKind::View(x) => &x.name,
        ItemKind::Param(x) => &x.name,
        ItemKind::Function(x) => &x.name,
        ItemKind::Indicator(x) => &x.name,
        ItemKind::Scorecard(x) => &x.name,
        ItemKind::Curve(x) => &x.name,
        ItemKind::Incentive(x) => &x.name,
        ItemKind::Rule(x) => &x.name,
        ItemKind::Goal(x) => &x.name,
        _ => return None,
    };
    (!name.text.is_empty()).then_some(name)
}

/// The label of a declaration.
pub(crate) fn label_of(item: &Item) -> Option<&str> {
    let label = match &item.kind {
        ItemKind::Dimension(x) => &x.label,
        ItemKind::Scale(x) => &x.label,
        ItemKind::Roster(x) | ItemKind::Source(x) | ItemKind::Shape(x) => &x.label,
        ItemKind::View(x) => &x.label,
        ItemKind::Param(x) => &x.label,
        ItemKind::Function(x) => &x.label,
        ItemKind::Indicator(x) => &x.label,
        ItemKind::Scorecard(x) => &x.label,
        ItemKind::Curve(x) => &x.label,
        ItemKind::Incentive(x) => &x.label,
        ItemKind::Rule(x) => &x.label,
        ItemKind::Goal(x) => &x.label,
        _ => return None,
    };
    label.as_ref().map(|label| label.value.as_str())
}

/// Whether a declaration is a table: a roster, a source, a shape or a view.
pub(crate) fn is_table(item: &Item) -> bool {
    matches!(item.kind, ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::Shape(_) | ItemKind::View(_))
}

/// Whether a declaration is a dimension.
pub(crate) fn is_dimension(item: &Item) -> bool {
    matches!(item.kind, ItemKind::Dimension(_))
}

/// The members of a dimension.
pub(crate) fn members(item: &Item) -> &[(ast::Name, ast::Label)] {
    if let ItemKind::Dimension(dimension) = &item.kind { &dimension.members } else { &[] }
}

/// A name as the author writes it, without backticks.
pub(crate) fn written<'s>(token: &Token<'s>) -> &'s str {
    if token.written.starts_with(['`', '｀']) { token.text } else { token.written }
}

fn english(word: &str) -> &'static str {
    let english = kpi_syntax::words::english(word).unwrap_or(word);
    kpi_syntax::words::spellings(english).next().unwrap_or("")
}

/// The place of a token of a file.
pub(crate) fn span(file: FileId, token: &Token<'_>) -> Span {
    Span { file, start: token.start as u32, end: token.end as u32 }
}
