//! Names that lead along references to a column.

use kpi_base::{Diagnostic, Join, Span, Text, codes, text};
use kpi_syntax::ast;

use crate::checker::{Checker, unknown};
use crate::context::{At, Context};
use crate::model::{ColumnId, DimensionId, NoWay, Path, Subject, TableId, Type};
use crate::names::{Decl, nearest};

/// What names were found to lead to.
#[derive(Debug)]
pub(crate) enum Found {
    /// A column.
    Path(Path, Type),
    /// Nothing that is a column; they may mean something else.
    Nothing,
    /// They must mean a column and do not; the finding is reported.
    Reported,
}

impl<'a> Checker<'a> {
    /// The column of the row or of the subject that names lead to: for `among`, `over`, `rank among` and keys of tables.
    ///
    /// The first name is a column, the table itself, another table that is reached by one way, or a dimension of which
    /// there is one column.
    pub fn attribute_path(&mut self, names: &'a [ast::Name], cx: &Context) -> Option<(Path, Type)> {
        let names: Vec<&ast::Name> = names.iter().collect();
        match self.find_path(&names, cx, true) {
            Found::Path(path, ty) => Some((path, ty)),
            Found::Reported => None,
            Found::Nothing => {
                let first = names.first()?;
                if let Some(home) = self.home(cx)
                    && self.model.tables[home].title.name == first.text
                {
                    let finding = Diagnostic::new(
                        codes::names::NOT_HERE,
                        text!("`{first}` is what is measured here", first = first.text),
                    )
                    .label(first.span, text!("one of its columns was expected"));
                    self.report(finding);
                    return None;
                }
                let near = self.nearest_here(first, cx, None);
                let wanted = match self.home(cx) {
                    Some(table) => text!("a column of `{name}`", name = self.model.tables[table].title.name),
                    None => text!("a column"),
                };
                self.report(unknown(first, &wanted, near.as_deref()));
                None
            }
        }
    }

    /// The table of a name, which is marked as used.
    pub fn table(&mut self, name: &ast::Name) -> Option<TableId> {
        if self.names.get(&name.text).is_none() {
            let near = nearest(&name.text, self.names.table_names().map(|n| n.text.as_str()));
            let found = unknown(name, &text!("a roster, a source or a view"), near);
            self.report(found);
            return None;
        }
        match self.resolve(name, &text!("a roster, a source or a view"))? {
            Decl::Table(index) => Some(TableId::new(index)),
            other => {
                self.report_kind(name, other, &text!("a roster, a source or a view"));
                None
            }
        }
    }

    /// Reports that a name is of another kind than `wanted`.
    pub fn report_kind(&mut self, name: &ast::Name, found: Decl, wanted: &Text) {
        let mut finding = Diagnostic::new(
            codes::names::WRONG_KIND,
            text!("`{name}` is {kind}, not {wanted}", name = name.text, kind = found.kind(), wanted),
        )
        .label(name.span, text!("{wanted} was expected", wanted));
        if let Some(place) = self.names.place(&name.text) {
            finding = finding.label(place, text!("declared here"));
        }
        self.report(finding);
    }

    /// The table whose columns stand without a table's name.
    pub(crate) fn home(&self, cx: &Context) -> Option<TableId> {
        match &cx.at {
            At::Row(table) | At::Cell(Subject::Table(table) | Subject::Group(table, _)) => Some(*table),
            At::Pure | At::Cell(Subject::All) => None,
        }
    }

    /// Looks for a column. A dimension's name stands for the one column of it only where `bare_dimension` says so.
    pub(crate) fn find_path(&mut self, names: &[&ast::Name], cx: &Context, bare_dimension: bool) -> Found {
        let (Some(home), Some((first, rest))) = (self.home(cx), names.split_first()) else { return Found::Nothing };
        let table = &self.model.tables[home];
        let own = table.title.name == first.text && !rest.is_empty();
        let column = table.find(&first.text);
        // A column that bears its table's name and leads nowhere does not hide the table.
        let column = column.filter(|(_, column)| !own || matches!(column.ty, Type::Reference(_)));
        let start = if let Some((index, column)) = column {
            Some((Path(vec![ColumnId { table: home, index }]), column.ty, rest))
        } else if table.title.name == first.text {
            let Some((second, rest)) = rest.split_first() else { return Found::Nothing };
            let Some(index) = self.column_named(home, second) else { return Found::Reported };
            let ty = self.model.tables[home].column(index).map_or(Type::Text, |c| c.ty);
            Some((Path(vec![ColumnId { table: home, index }]), ty, rest))
        } else {
            None
        };
        let (path, ty, rest) = match (start, self.names.get(&first.text)) {
            (Some(start), _) => start,
            (None, Some(Decl::Table(index))) => {
                let to = TableId::new(index);
                match self.model.way(home, None, to) {
                    Ok(path) => {
                        self.used.insert(Decl::Table(index));
                        (path, Type::Reference(to), rest)
                    }
                    Err(NoWay::None) => return Found::Nothing,
                    Err(NoWay::Several(ways)) => {
                        self.report_several(first.span, home, to, &ways);
                        return Found::Reported;
                    }
                }
            }
            (None, Some(Decl::Dimension(index))) if bare_dimension && rest.is_empty() => {
                match self.dimension_column(home, DimensionId::new(index), first.span) {
                    Some(Some(path)) => (path, Type::Member(DimensionId::new(index)), rest),
                    Some(None) => return Found::Nothing,
                    None => return Found::Reported,
                }
            }
            _ => return Found::Nothing,
        };
        let Some((path, ty)) = self.follow(path, ty, rest) else { return Found::Reported };
        if let At::Cell(Subject::Group(_, group)) = &cx.at
            && *group != path
        {
            let shown = self.show_path(group);
            let place = names.iter().skip(1).fold(first.span, |span, name| span.to(name.span));
            self.report(
                Diagnostic::new(codes::names::NOT_HERE, text!("a group has no columns of its members"))
                    .label(place, text!("here everything of one `{shown}` is taken together", shown))
                    .help(text!(
                        "only `{shown}` itself has one value here; an aggregate over the members has one too",
                        shown
                    )),
            );
            return Found::Reported;
        }
        Found::Path(path, ty)
    }

    /// Goes on from a column by the names after it.
    fn follow(&mut self, mut path: Path, mut ty: Type, rest: &[&ast::Name]) -> Option<(Path, Type)> {
        for name in rest {
            let Type::Reference(table) = ty else {
                let before = self.show_path(&path);
                let message =
                    text!("`{before}` is {ty}, which has no `{name}`", before, ty = self.show(ty), name = name.text);
                self.report(
                    Diagnostic::new(codes::names::UNKNOWN_NAME, message)
                        .label(name.span, text!("only references go on")),
                );
                return None;
            };
            let index = self.column_named(table, name)?;
            path.0.push(ColumnId { table, index });
            ty = self.model.tables[table].column(index)?.ty;
        }
        Some((path, ty))
    }

    /// The one column of a dimension that is nearest to a table along references: none inside if there is none.
    fn dimension_column(&mut self, home: TableId, dimension: DimensionId, span: Span) -> Option<Option<Path>> {
        let mut level = vec![(Path::default(), home)];
        let mut seen = vec![home];
        while !level.is_empty() {
            let mut found: Vec<Path> = Vec::new();
            let mut next: Vec<(Path, TableId)> = Vec::new();
            for (path, table) in &level {
                for (index, column) in self.model.tables[*table].columns.iter().enumerate() {
                    let mut longer = path.clone();
                    longer.0.push(ColumnId { table: *table, index: index as u32 });
                    match column.ty {
                        Type::Member(d) if d == dimension => found.push(longer),
                        Type::Reference(to) if !seen.contains(&to) => next.push((longer, to)),
                        _ => {}
                    }
                }
            }
            if found.len() > 1 {
                let name = &self.model.dimensions[dimension].title.name;
                let shown = found.iter().map(|p| Text::verbatim(format!("`{}`", self.show_path(p))));
                let finding =
                    Diagnostic::new(codes::names::AMBIGUOUS_NAME, text!("several columns are of `{name}`", name))
                        .label(span, text!("which one is meant?"))
                        .help(text!("write one of {shown}", shown = Text::list(shown, Join::Comma)));
                self.report(finding);
                return None;
            }
            if let Some(path) = found.pop() {
                self.used.insert(Decl::Dimension(dimension.index()));
                return Some(Some(path));
            }
            seen.extend(next.iter().map(|(_, t)| *t));
            level = next;
        }
        Some(None)
    }

    /// The references of a `via`, from a table on.
    pub(crate) fn via(&mut self, table: TableId, names: &'a [ast::Name]) -> Option<Path> {
        let names: Vec<&ast::Name> = names.iter().collect();
        let (first, rest) = names.split_first()?;
        let index = self.column_named(table, first)?;
        let ty = self.model.tables[table].column(index)?.ty;
        let (path, ty) = self.follow(Path(vec![ColumnId { table, index }]), ty, rest)?;
        if !matches!(ty, Type::Reference(_)) {
            let last = names.last()?;
            let message =
                text!("`via` leads along references, and `{last}` is {ty}", last = last.text, ty = self.show(ty));
            let place = first.span.to(last.span);
            self.report(Diagnostic::new(codes::names::NO_WAY, message).label(place, text!("not a reference")));
            return None;
        }
        Some(path)
    }

    /// Whether rows of a table reach the subject by one way; if not, that is reported.
    pub(crate) fn check_way(
        &mut self,
        table: TableId,
        via: Option<&Path>,
        subject: &Subject,
        span: Span,
    ) -> Option<()> {
        let (Subject::Table(to) | Subject::Group(to, _)) = subject else { return Some(()) };
        match self.model.way(table, via, *to) {
            Ok(_) => Some(()),
            Err(NoWay::Several(ways)) => {
                self.report_several(span, table, *to, &ways);
                None
            }
            Err(NoWay::None) => {
                let (from, to) = (&self.model.tables[table].title, &self.model.tables[*to].title);
                let finding = Diagnostic::new(
                    codes::names::NO_WAY,
                    text!("rows of `{name}` do not lead to a row of `{name2}`", name = from.name, name2 = to.name),
                )
                .label(span, text!("this is computed for one `{name}`", name = to.name))
                .label(from.span, text!("no reference here leads to `{name}`", name = to.name))
                .help(text!(
                    "give `{name}` a column `-> {name2}`, or take all rows of the period with `over all`",
                    name = from.name,
                    name2 = to.name
                ));
                self.report(finding);
                None
            }
        }
    }

    fn report_several(&mut self, span: Span, from: TableId, to: TableId, ways: &[Path]) {
        let shown = ways.iter().map(|p| Text::verbatim(format!("`{}`", self.show_path(p))));
        let shown = Text::or_list(shown);
        let (from, to) = (&self.model.tables[from].title, &self.model.tables[to].title);
        let via: Vec<&str> =
            ways.iter().filter_map(|p| p.0.first()).map(|c| self.model.column(*c).title.name.as_str()).collect();
        let via = via.first().copied().unwrap_or_default();
        let finding = Diagnostic::new(
            codes::names::NO_WAY,
            text!("rows of `{name}` lead to `{name2}` in several ways", name = from.name, name2 = to.name),
        )
        .label(span, text!("by {shown}", shown))
        .label(from.span, text!("its references are here"))
        .help(text!("mark the usual one with `subject`, or name one in the call: `… via {via}`", via));
        self.report(finding);
    }

    /// A path as it is written, without the table in which it starts.
    pub(crate) fn show_path(&self, path: &Path) -> String {
        let names: Vec<&str> = path.0.iter().map(|c| self.model.column(*c).title.name.as_str()).collect();
        names.join(".")
    }

    /// The first column on a path that may hold no value, for all that is known.
    pub(crate) fn first_missing(&self, path: &Path, known: &[Path]) -> Option<ColumnId> {
        let missing = |(i, column): (usize, &ColumnId)| {
            let upto = path.0.get(..=i).unwrap_or_default();
            let optional = self.model.column(*column).optional && !known.iter().any(|k| k.0.starts_with(upto));
            optional.then_some(*column)
        };
        path.0.iter().enumerate().find_map(missing)
    }

    /// The name that may have been meant by an unknown one.
    pub(crate) fn nearest_here(&self, name: &ast::Name, cx: &Context, expected: Option<Type>) -> Option<String> {
        let members = match expected {
            Some(Type::Member(d)) => self.model.dimensions[d].members.as_slice(),
            _ => &[],
        };
        let columns = self.home(cx).map_or(&[][..], |t| self.model.tables[t].columns.as_slice());
        let bindings = cx.bindings.iter().flat_map(|b| b.keys()).map(String::as_str);
        let members = members.iter().map(|m| m.name.as_str());
        let columns = columns.iter().map(|c| c.title.name.as_str());
        let near: Vec<&str> = members.chain(columns).chain(bindings).collect();
        let here = nearest(&name.text, near.iter().copied());
        here.or_else(|| self.names.nearest(&name.text)).map(str::to_owned)
    }
}
