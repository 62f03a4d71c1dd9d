//! The declarations of a file as its outline, with what is in them; and those of all files by what somebody types of them.

use kpi_base::{FileId, Span};
use kpi_syntax::ast::{self, ByTable, CurveRow, ItemKind, Label, Line, Name};

use crate::completion::{is_chinese, pinyin};
use crate::declarations::{Declaration, DeclarationKind};
use crate::snapshot::Snapshot;

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// The name as declared, or the text of a bracket; empty while there is none.
    pub name: String,
    /// What people call it.
    pub detail: Option<String>,
    /// What it is.
    pub kind: EntryKind,
    /// All of it.
    pub span: Span,
    /// The name, inside the whole.
    pub name_span: Span,
    /// What is in it, in the order of the text.
    pub children: Vec<Symbol>,
}

/// What stands in an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the declaration of its name, or a row of a table")]
pub enum EntryKind {
    Declaration(DeclarationKind),
    Column,
    Member,
    Part,
    Line,
    Group,
    Veto,
    Adjustment,
    Pay,
    /// A row of a curve, of grades or of a table.
    Bracket,
}

/// The declarations of a file, in the order of the text, even where some of it cannot be read.
pub fn symbols(snapshot: &Snapshot, file: FileId) -> Vec<Symbol> {
    let items = snapshot.parsed(file).map(|file| file.items.as_slice()).unwrap_or_default();
    let symbol = |declaration: &Declaration| Symbol {
        name: declaration.name.clone(),
        detail: declaration.label.clone(),
        kind: EntryKind::Declaration(declaration.kind),
        span: declaration.span,
        name_span: declaration.name_span,
        children: items.get(declaration.item).map(|item| children(snapshot, &item.kind)).unwrap_or_default(),
    };
    snapshot.declarations_of(file).iter().map(symbol).collect()
}

/// The declarations of the policy whose name or label, or the pinyin of a Chinese one, has the characters of a query in their order,
/// the likeliest first: those that begin with it, those that hold it, the others. All, if nothing is asked for.
pub fn find<'s>(snapshot: &'s Snapshot, query: &str) -> Vec<&'s Declaration> {
    let query = query.to_lowercase();
    let own = snapshot.ids().filter(|id| !snapshot.is_library(*id)).flat_map(|id| snapshot.declarations_of(id));
    let mut found: Vec<(u8, &Declaration)> = own
        .filter_map(|declaration| {
            let of = |text: &str| {
                let own = likeness(&text.to_lowercase(), &query);
                let sounds = own.is_none() && query.is_ascii() && text.chars().any(is_chinese);
                own.or_else(
                    || if sounds { pinyin(text).split(' ').find_map(|text| likeness(text, &query)) } else { None },
                )
            };
            let label = declaration.label.as_deref().and_then(of);
            Some((of(&declaration.name).into_iter().chain(label).min()?, declaration))
        })
        .collect();
    found.sort_by_key(|(likeness, declaration)| (*likeness, declaration.name.chars().count()));
    found.into_iter().map(|(_, declaration)| declaration).collect()
}

fn likeness(text: &str, query: &str) -> Option<u8> {
    if text.starts_with(query) {
        return Some(0);
    }
    if text.contains(query) {
        return Some(1);
    }
    let mut rest = text.chars();
    query.chars().all(|wanted| rest.any(|c| c == wanted)).then_some(2)
}

fn children(snapshot: &Snapshot, item: &ItemKind) -> Vec<Symbol> {
    match item {
        ItemKind::Roster(x) | ItemKind::Source(x) | ItemKind::Shape(x) => {
            x.columns.iter().map(|column| named(EntryKind::Column, &column.name, &None, column.span)).collect()
        }
        ItemKind::Dimension(x) => {
            let member = |(name, label): &(Name, Label)| named(EntryKind::Member, name, label, name.span);
            x.members.iter().map(member).collect()
        }
        ItemKind::View(x) => {
            let columns = x.grouping.iter().flat_map(|grouping| &grouping.columns);
            columns.map(|column| named(EntryKind::Column, &column.name, &column.label, column.value.span)).collect()
        }
        ItemKind::Param(x) => rows_of(snapshot, &x.value),
        ItemKind::Curve(x) => brackets(snapshot, &x.rows),
        ItemKind::Indicator(x) => {
            let mut inside = x.target.as_ref().map(|target| rows_of(snapshot, target)).unwrap_or_default();
            if let Some(ast::Scoring { kind: ast::ScoringKind::Curve { curve, .. }, .. }) = &x.scoring
                && let ast::CurveBody::Inline(_, rows, _) = curve
            {
                inside.extend(brackets(snapshot, rows));
            }
            inside.extend(x.parts.iter().map(|part| named(EntryKind::Part, &part.name, &part.label, part.name.span)));
            in_order(inside)
        }
        ItemKind::Scorecard(x) => {
            let mut inside = lines(&x.lines);
            let adjustments = x.adjustments.iter();
            inside.extend(x.vetoes.iter().map(|veto| named(EntryKind::Veto, &veto.name, &veto.label, veto.span)));
            inside.extend(adjustments.map(|a| named(EntryKind::Adjustment, &a.name, &a.label, a.span)));
            if let Some(ast::Grade::Bounds(rows, _)) = &x.grade {
                inside.extend(brackets(snapshot, rows));
            }
            in_order(inside)
        }
        ItemKind::Incentive(x) => {
            let pay = |pay: &ast::Pay| {
                let rows = curves(&pay.value).into_iter().flat_map(|rows| brackets(snapshot, rows)).collect();
                Symbol { children: rows, ..named(EntryKind::Pay, &pay.name, &pay.label, pay.span) }
            };
            x.pays.iter().map(pay).collect()
        }
        _ => Vec::new(),
    }
}

fn named(kind: EntryKind, name: &Name, label: &Label, span: Span) -> Symbol {
    let detail = label.as_ref().map(|label| label.value.clone());
    let span = name.span.to(span);
    Symbol { name: name.text.clone(), detail, kind, span, name_span: name.span, children: Vec::new() }
}

fn lines(lines: &[Line]) -> Vec<Symbol> {
    let line = |line: &Line| match line {
        Line::One(line) => named(EntryKind::Line, &line.name, &None, line.span),
        Line::Group(group) => {
            let inside = self::lines(&group.lines);
            Symbol { children: inside, ..named(EntryKind::Group, &group.name, &group.label, group.span) }
        }
    };
    lines.iter().map(line).collect()
}

fn bracket(snapshot: &Snapshot, span: Span) -> Option<Symbol> {
    let text = snapshot.text_of(span).lines().next().unwrap_or_default().trim().to_owned();
    let bracket =
        Symbol { name: text, detail: None, kind: EntryKind::Bracket, span, name_span: span, children: Vec::new() };
    // A cell of a grid has no name of its own.
    bracket.name.contains([':', '：']).then_some(bracket)
}

fn brackets(snapshot: &Snapshot, rows: &[CurveRow]) -> Vec<Symbol> {
    rows.iter().filter_map(|row| bracket(snapshot, row.span)).collect()
}

fn rows_of<T>(snapshot: &Snapshot, table: &ByTable<T>) -> Vec<Symbol> {
    match table {
        ByTable::Plain(_) => Vec::new(),
        ByTable::By(by) => by.rows.iter().filter_map(|row| bracket(snapshot, row.span)).collect(),
    }
}

/// The rows of the curves of an expression that multiplies and adds.
fn curves(e: &ast::Expr) -> Vec<&[CurveRow]> {
    match &e.kind {
        ast::ExprKind::Curve(curve) => vec![&curve.rows],
        ast::ExprKind::Binary(_, a, b) => [a, b].into_iter().flat_map(|x| curves(x)).collect(),
        ast::ExprKind::If(_, a, b) => [a, b].into_iter().flat_map(|x| curves(x)).collect(),
        ast::ExprKind::Neg(x) => curves(x),
        _ => Vec::new(),
    }
}

fn in_order(mut symbols: Vec<Symbol>) -> Vec<Symbol> {
    symbols.sort_by_key(|symbol| symbol.span.start);
    symbols
}

#[cfg(test)]
mod tests {
    use super::Symbol;
    use crate::fixture;

    fn show(symbols: &[Symbol], depth: usize, out: &mut String) {
        for symbol in symbols {
            let kind = format!("{:?}", symbol.kind);
            let detail = symbol.detail.as_deref().unwrap_or_default();
            *out += format!("{}{} {kind} {detail}", "  ".repeat(depth), symbol.name).trim_end();
            out.push('\n');
            assert!(symbol.span.start <= symbol.name_span.start && symbol.name_span.end <= symbol.span.end);
            show(&symbol.children, depth + 1, out);
        }
    }

    #[test]
    fn declarations_in_order_even_of_a_broken_file() {
        let fixture =
            fixture("dimension stage \"阶段\" { startup }\n\nindicator x { formula ((( }\n\nparam y: count = 5\n");
        let symbols = super::symbols(&fixture.snapshot, fixture.at.file);
        let shown: Vec<_> = symbols.iter().map(|s| (s.name.as_str(), s.detail.as_deref())).collect();
        assert_eq!(shown, [("stage", Some("阶段")), ("x", None), ("y", None)]);
    }

    #[test]
    fn what_is_in_declarations() {
        let text = "\
roster staff \"员工\" {
  id:   text key
  role: role
}
dimension role { host \"主播\", planner }
indicator x {
  formula 3
  target  by role { host: ≥ 3, else: none }
  scoring step on attainment { ≥ 80%: 100%, else: 0% }
}
view w from live group by who { n \"次\" = count() }
curve c = step { ≥ 1: 1, else: 0 }
scorecard card for staff {
  x weight 40%
  group g \"组\" weight 60% combine worst {
    y
    z
  }
  veto late \"迟\" when x > 3
  bonus more = x
  grade { ≥ 90: \"A\", else: \"B\" }
}
incentive i for card {
  pay base \"基本\" = staff.pay × step(score) { ≥ 80: 100%, else: 0% }
}
";
        let fixture = fixture(text);
        let mut out = String::new();
        show(&super::symbols(&fixture.snapshot, fixture.at.file), 0, &mut out);
        insta::assert_snapshot!(out, @r#"
        staff Declaration(Roster) 员工
          id Column
          role Column
        role Declaration(Dimension)
          host Member 主播
          planner Member
        x Declaration(Indicator)
          host: ≥ 3 Bracket
          else: none Bracket
          ≥ 80%: 100% Bracket
          else: 0% Bracket
        w Declaration(View)
          n Column 次
        c Declaration(Curve)
          ≥ 1: 1 Bracket
          else: 0 Bracket
        card Declaration(Scorecard)
          x Line
          g Group 组
            y Line
            z Line
          late Veto 迟
          more Adjustment
          ≥ 90: "A" Bracket
          else: "B" Bracket
        i Declaration(Incentive)
          base Pay 基本
            ≥ 80: 100% Bracket
            else: 0% Bracket
        "#);
    }

    #[test]
    fn declarations_are_found_by_name_and_label() {
        let text = "//- /a.kpi\nindicator watch_time \"平均停留时长\" { formula 1 }\nindicator time { formula 1 }\n//- /b.kpi\nuse std.survey\nscorecard 主播 for staff { }\n";
        let fixture = fixture(text);
        let find =
            |query: &str| super::find(&fixture.snapshot, query).iter().map(|d| d.name.clone()).collect::<Vec<_>>();
        assert_eq!(find("TIME"), ["time", "watch_time"]);
        assert_eq!(find("wtm"), ["watch_time"]);
        assert_eq!(find("停留"), ["watch_time"]);
        assert_eq!(find("主"), ["主播"]);
        assert_eq!(find("zhubo"), ["主播"]);
        assert_eq!(find("pjtl"), ["watch_time"]);
        assert_eq!(find("nps"), [""; 0]);
        assert_eq!(find("").len(), 4);
    }
}
