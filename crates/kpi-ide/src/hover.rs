//! What is said of the name or word under the cursor.

use kpi_base::{Code, Span, Text, text};
use kpi_check::model::Model;
use kpi_check::ranges::Ranges;
use kpi_check::show::{show_range, show_type};
use kpi_syntax::ast::{self, Item, ItemKind};
use kpi_syntax::words;

use crate::resolve::{Column, Inner, Meaning, Names, is_table, label_of, members, name_of, span, written};
use crate::scan::{Kind, scan};
use crate::snapshot::{FilePosition, Snapshot};
use crate::spot::Spot;
use crate::words::describe_word;

/// What is said of a place: paragraphs of Markdown, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is said of.
    pub span: Span,
    /// The paragraphs.
    pub paragraphs: Vec<Text>,
    /// Where more can be read.
    pub page: Option<Page>,
    /// The name of the declaration that it is about.
    pub declared: Option<String>,
    /// Whether exports say something of that: of an indicator, a scorecard, an incentive.
    pub is_measured: bool,
}

/// A page of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A chapter of the reference: `07-indicators`.
    Reference(&'static str),
    /// The page of a code.
    Code(Code),
}

/// What is known of the name or word at a place; nothing of texts, numbers and punctuation.
pub fn hover(snapshot: &Snapshot, at: FilePosition) -> Option<Hover> {
    let text = snapshot.text(at.file);
    let spot = Spot::at(text, at.offset as usize);
    let names = Names::of(snapshot);
    let meaning = names.meaning(&spot, at)?;
    let place = match spot.word {
        Some(word) if !spot.in_comment => span(at.file, &word),
        _ => Span { file: at.file, start: at.offset, end: at.offset },
    };
    let declared = match meaning {
        Meaning::Declared(item) => Some(item),
        _ => None,
    };
    let (paragraphs, page) = Describer { names: &names, model: snapshot.model() }.describe(meaning);
    let is_measured = declared.is_some_and(|item| match &item.kind {
        ItemKind::Indicator(indicator) => indicator.params.is_empty(),
        kind => matches!(kind, ItemKind::Scorecard(_) | ItemKind::Incentive(_)),
    });
    let declared = declared.and_then(name_of).map(|name| name.text.clone());
    Some(Hover { span: place, paragraphs, page, declared, is_measured })
}

/// What is known of a meaning, for hovers and for the documentation of completions.
pub(crate) struct Describer<'a, 's> {
    pub names: &'a Names<'s>,
    pub model: Option<&'s Model>,
}

impl<'s> Describer<'_, 's> {
    /// What is said of a meaning, and where more can be read.
    pub fn describe(&self, meaning: Meaning<'s>) -> (Vec<Text>, Option<Page>) {
        match meaning {
            Meaning::Declared(item) => (self.declaration(item), Some(Page::Reference(chapter(item)))),
            Meaning::Column(column) => (self.column(column), Some(Page::Reference("02-data"))),
            Meaning::Member(item, place) => (self.member(item, place), Some(Page::Reference("02-data"))),
            Meaning::Parameter(item, name, ty) => {
                let owner = name_of(item).map(|n| n.text.as_str()).unwrap_or_default();
                let head = headline(&name.text, None);
                let ty = self.names.snapshot.text_of(ty.span);
                (vec![head, text!("a parameter of `{owner}`: `{ty}`", owner, ty)], None)
            }
            Meaning::Inner(item, inner) => (self.inner(item, inner), Some(Page::Reference(chapter(item)))),
            Meaning::Word(word, place) => {
                let chinese = place.and_then(|place| words::chinese(word, place));
                let chinese = chinese.or_else(|| words::spellings(word).nth(1));
                let spellings = std::iter::once(word).chain(chinese).map(Text::quoted);
                let mut said = vec![Text::list(spellings, kpi_base::Join::Comma)];
                said.extend(describe_word(word, place));
                (said, Some(Page::Reference(chapter_of_word(word, place))))
            }
            // The page says it all.
            Meaning::Code(code) => (Vec::new(), Some(Page::Code(code))),
        }
    }

    fn declaration(&self, item: &'s Item) -> Vec<Text> {
        let Some(name) = name_of(item) else { return Vec::new() };
        let mut said = vec![headline(&name.text, label_of(item))];
        said.extend(item.doc.as_deref().map(Text::verbatim));
        match &item.kind {
            ItemKind::Indicator(indicator) => self.indicator(indicator, &mut said),
            ItemKind::Dimension(dimension) => {
                let member = |(name, label): &(ast::Name, ast::Label)| member_text(name, label);
                let list = Text::list(dimension.members.iter().map(member), kpi_base::Join::Comma);
                let kind = if dimension.ordered {
                    text!("a dimension, from the lowest to the highest: {list}", list)
                } else {
                    text!("a dimension: {list}", list)
                };
                said.push(kind);
            }
            ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::Shape(_) | ItemKind::View(_) => {
                self.table(item, &mut said);
            }
            ItemKind::Param(param) => {
                let ty = self.names.snapshot.text_of(param.ty.span);
                let value = self.names.say_table(&param.value, &|e| self.names.say(e));
                said.push(text!("a parameter, `{ty}`: {value}", ty, value));
            }
            ItemKind::Function(_) | ItemKind::Curve(_) | ItemKind::Scale(_) => {
                said.push(code_block(self.names.snapshot.text_of(item.span)));
            }
            ItemKind::Scorecard(card) => self.scorecard(card, &mut said),
            ItemKind::Incentive(incentive) => {
                for pay in &incentive.pays {
                    let name = Text::quoted(&pay.name.text);
                    said.push(text!("{name} pays {amount}", name, amount = self.names.say(&pay.value)));
                }
            }
            ItemKind::Rule(rule) => {
                said.extend(
                    rule.condition.as_ref().map(|c| text!("a rule: when {condition}", condition = self.names.say(c))),
                );
            }
            ItemKind::Goal(goal) if !goal.supports.is_empty() => {
                let list = Text::and_list(goal.supports.iter().map(|name| Text::quoted(&name.text)));
                said.push(text!("a goal that supports {list}", list));
            }
            _ => {}
        }
        said.extend(self.used_by(item, &name.text));
        said
    }

    fn indicator(&self, indicator: &'s ast::Indicator, said: &mut Vec<Text>) {
        if let Some((ty, range)) = self.unit(&indicator.name.text) {
            said.push(match range {
                Some(range) => text!("an indicator, {ty}: {range}", ty, range),
                None => text!("an indicator, {ty}", ty),
            });
        }
        if let Some(formula) = &indicator.formula {
            said.push(text!("**Measures** {formula}", formula = self.names.say(formula)));
        }
        if let Some(binding) = &indicator.binding {
            let entry = binding.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            said.push(text!("**Measures** what `{entry}` says", entry));
        }
        if !indicator.parts.is_empty() {
            let parts = Text::and_list(indicator.parts.iter().map(|part| Text::quoted(&part.name.text)));
            said.push(text!("**Made of** {parts}", parts));
        }
        if let Some(target) = &indicator.target {
            said.push(text!("**Target** {target}", target = self.names.say_target(target)));
        }
        for (topic, note) in &indicator.notes {
            let topic = match topic.word() {
                "data_source" => text!("data source"),
                "counting" => text!("counting"),
                _ => Text::verbatim(&*topic.text),
            };
            said.push(text!("**Note** ({topic}): {note}", topic, note = note.value));
        }
    }

    /// The unit of an indicator, and between what its values lie.
    pub fn unit(&self, name: &str) -> Option<(Text, Option<Text>)> {
        let model = self.model?;
        let (id, indicator) = model.indicators.iter().find(|(_, i)| i.title.name == name)?;
        let ty = indicator.formula.ty;
        if indicator.parts.is_some() {
            return None;
        }
        let range = Ranges::on_demand(model).actual(id);
        let known = range.low.number().is_some() || range.high.number().is_some();
        Some((show_type(model, ty), known.then(|| show_range(model, range, ty))))
    }

    fn scorecard(&self, card: &'s ast::Scorecard, said: &mut Vec<Text>) {
        if let Some(table) = &card.table {
            let table = self.names.called(&table.text);
            said.push(match &card.condition {
                Some(condition) => {
                    text!("a scorecard for {table} where {condition}", table, condition = self.names.say(condition))
                }
                None => text!("a scorecard for {table}", table),
            });
        }
        let lines = card.lines.iter().map(|line| match line {
            ast::Line::One(line) => (&line.name.text, line.weight.as_ref()),
            ast::Line::Group(group) => (&group.name.text, group.weight.as_ref()),
        });
        let line = |(name, weight): (&String, Option<&ast::ByTable<ast::Expr>>)| {
            let called = self.names.called(name);
            match weight {
                Some(weight) => {
                    let weight = self.names.say_table(weight, &|e| self.names.say(e));
                    text!("{name} ({weight})", name = called, weight)
                }
                None => called,
            }
        };
        let lines: Vec<Text> = lines.map(line).collect();
        if !lines.is_empty() {
            said.push(text!("**Lines** {list}", list = Text::list(lines, kpi_base::Join::Comma)));
        }
    }

    fn table(&self, item: &'s Item, said: &mut Vec<Text>) {
        let columns = self.names.columns(item);
        let column = |column: &Column<'s>| match column.declared {
            Some(declared) => {
                Text::verbatim(format!("`{}: {}`", column.name.text, self.names.snapshot.text_of(declared.ty.span)))
            }
            None => Text::quoted(&column.name.text),
        };
        let list = Text::list(columns.iter().map(column), kpi_base::Join::Comma);
        said.push(match &item.kind {
            ItemKind::Roster(_) => text!("a roster with the columns {list}", list),
            ItemKind::View(_) => text!("a view with the columns {list}", list),
            ItemKind::Shape(_) => text!("a shape with the columns {list}", list),
            _ => text!("a source with the columns {list}", list),
        });
    }

    fn column(&self, column: Column<'s>) -> Vec<Text> {
        let table = name_of(column.table).map(|n| n.text.as_str()).unwrap_or_default();
        let label = column.computed.and_then(|c| c.label.as_ref()).map(|l| l.value.as_str());
        let mut said = vec![headline(&format!("{table}.{}", column.name.text), label)];
        if let Some(declared) = column.declared {
            said.push(code_block(self.names.snapshot.text_of(declared.span)));
            said.extend(
                declared.header.as_ref().map(|h| text!("the column “{header}” of the export", header = h.value)),
            );
        }
        if let Some(computed) = column.computed {
            said.push(text!("**Measures** {formula}", formula = self.names.say(&computed.value)));
        }
        if let Some((ty, range)) = self.column_range(table, &column.name.text) {
            said.push(match range {
                Some(range) => text!("{ty}: {range}", ty, range),
                None => ty,
            });
        }
        said
    }

    fn column_range(&self, table: &str, name: &str) -> Option<(Text, Option<Text>)> {
        let model = self.model?;
        let (id, table) = model.tables.iter().find(|(_, t)| t.title.name == table)?;
        let (index, column) = table.find(name)?;
        let range = Ranges::on_demand(model).column(kpi_check::model::ColumnId { table: id, index });
        let known = column.ty.unit().is_some() && (range.low.number().is_some() || range.high.number().is_some());
        let shown = known.then(|| show_range(model, range, column.ty));
        Some((show_type(model, column.ty), shown))
    }

    fn member(&self, item: &'s Item, place: usize) -> Vec<Text> {
        let Some((name, label)) = members(item).get(place) else { return Vec::new() };
        let dimension = name_of(item).map(|n| n.text.as_str()).unwrap_or_default();
        let head = headline(&name.text, label.as_ref().map(|l| l.value.as_str()));
        vec![head, text!("a member of `{name}`", name = dimension)]
    }

    fn inner(&self, item: &'s Item, inner: Inner<'s>) -> Vec<Text> {
        let owner = name_of(item).map(|n| n.text.as_str()).unwrap_or_default();
        let mut said = vec![headline(&inner.name().text, inner.label())];
        match inner {
            Inner::Part(part) => {
                said.push(text!("a part of `{owner}`", owner));
                said.extend(
                    part.formula.as_ref().map(|f| text!("**Measures** {formula}", formula = self.names.say(f))),
                );
                said.extend(
                    part.target.as_ref().map(|t| text!("**Target** {target}", target = self.names.say_target(t))),
                );
            }
            Inner::Group(_) => said.push(text!("a group of lines of `{owner}`", owner)),
            Inner::Veto(veto) => {
                said.push(text!(
                    "a veto of `{owner}`: when {condition}",
                    owner,
                    condition = self.names.say(&veto.condition)
                ));
            }
            Inner::Adjustment(x) => {
                let points = self.names.say(&x.value);
                said.push(if x.deduct {
                    text!("points that `{owner}` takes away: {points}", owner, points)
                } else {
                    text!("points that `{owner}` adds: {points}", owner, points)
                });
            }
            Inner::Pay(pay) => {
                said.push(text!("a pay of `{owner}`: {amount}", owner, amount = self.names.say(&pay.value)));
            }
        }
        said
    }

    /// Who names a declaration: "used by `host_card` and `pay`".
    fn used_by(&self, item: &'s Item, name: &str) -> Option<Text> {
        const SHOWN: usize = 6;
        let users = users(self.names.snapshot, item, name);
        if users.is_empty() {
            return None;
        }
        let more = users.len().saturating_sub(SHOWN);
        let list: Vec<Text> = users.iter().take(SHOWN).map(Text::quoted).collect();
        Some(if more > 0 {
            text!("**Used by** {list} and {n} more", list = Text::list(list, kpi_base::Join::Comma), n = more)
        } else {
            text!("**Used by** {list}", list = Text::and_list(list))
        })
    }
}

/// The names of the declarations, tests by their titles, in which a name stands, in the order of the text.
pub(crate) fn users(snapshot: &Snapshot, item: &Item, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in snapshot.ids() {
        let text = snapshot.text(file);
        let Some(parsed) = snapshot.parsed(file).filter(|file| !file.library) else { continue };
        let mut hits = text.match_indices(name).map(|(at, _)| at as u32).peekable();
        for user in &parsed.items {
            while hits.next_if(|at| *at < user.span.start).is_some() {}
            let mut hit = false;
            while hits.next_if(|at| *at < user.span.end).is_some() {
                hit = true;
            }
            if !hit || user.span == item.span {
                continue;
            }
            let tokens = scan(text, user.span.start as usize, user.span.end as usize);
            let mut before = None;
            let names_it = tokens.iter().enumerate().any(|(place, token)| {
                let behind_point = before == Some(Kind::Dot);
                before = Some(token.kind);
                let column = is_table(user) && tokens.get(place + 1).is_some_and(|next| next.kind == Kind::Colon);
                token.kind == Kind::Word && !behind_point && !column && written(token) == name
            });
            let shown = match &user.kind {
                ItemKind::Test(test) => Some(test.name.value.clone()),
                _ => name_of(user).map(|name| name.text.clone()),
            };
            found.extend(shown.filter(|_| names_it));
        }
    }
    found
}

fn headline(name: &str, label: Option<&str>) -> Text {
    match label {
        Some(label) => Text::verbatim(format!("**{label}** · `{name}`")),
        None => Text::verbatim(format!("`{name}`")),
    }
}

fn member_text(name: &ast::Name, label: &ast::Label) -> Text {
    match label {
        Some(label) => Text::verbatim(format!("`{}` {}", name.text, label.value)),
        None => Text::quoted(&name.text),
    }
}

fn code_block(code: &str) -> Text {
    const LINES: usize = 12;
    let lines: Vec<&str> = code.lines().take(LINES).collect();
    let more = if code.lines().nth(LINES).is_some() { "\n…" } else { "" };
    Text::verbatim(format!("```kpi\n{}{more}\n```", lines.join("\n")))
}

/// The chapter of the reference about a declaration.
pub(crate) fn chapter(item: &Item) -> &'static str {
    match &item.kind {
        ItemKind::Policy(_) => "01-words",
        ItemKind::Dimension(_) | ItemKind::Scale(_) | ItemKind::Roster(_) | ItemKind::Source(_) | ItemKind::View(_) => {
            "02-data"
        }
        ItemKind::Shape(_) | ItemKind::Use(_) => "16-library",
        ItemKind::Param(_) | ItemKind::Curve(_) => "06-tables",
        ItemKind::Function(_) => "05-formulas",
        ItemKind::Indicator(_) | ItemKind::Goal(_) => "07-indicators",
        ItemKind::Scorecard(_) | ItemKind::Require(_) => "08-scorecards",
        ItemKind::Incentive(_) | ItemKind::Rule(_) => "09-incentives-and-rules",
        ItemKind::Test(_) => "10-tests",
        ItemKind::Prove(_) => "14-proofs",
    }
}

fn chapter_of_word(word: &str, place: Option<words::Place>) -> &'static str {
    use words::Place;
    match (place, word) {
        (Some(Place::Declaration), "dimension" | "roster" | "source" | "view" | "scale") | (Some(Place::Table), _) => {
            "02-data"
        }
        (Some(Place::Declaration), "param" | "curve") | (Some(Place::Row), _) => "06-tables",
        (Some(Place::Declaration), "function")
        | (Some(Place::Function | Place::Attribute | Place::Operator | Place::Reserved), _) => "05-formulas",
        (Some(Place::Declaration), "scorecard" | "require") | (Some(Place::Card | Place::Requirement), _) => {
            "08-scorecards"
        }
        (Some(Place::Declaration), "incentive" | "rule") | (Some(Place::Pay | Place::Rule), _) => {
            "09-incentives-and-rules"
        }
        (Some(Place::Declaration), "test") | (Some(Place::Test), _) => "10-tests",
        (Some(Place::Declaration), "prove") | (Some(Place::Proof), _) => "14-proofs",
        (Some(Place::Declaration), "use" | "shape") => "16-library",
        (Some(Place::Declaration), "policy")
        | (Some(Place::Policy | Place::Rounding | Place::Day | Place::Month), _) => "01-words",
        (Some(Place::Type | Place::Period), _) => "03-types",
        (Some(Place::Declaration | Place::Indicator | Place::Note | Place::Scoring | Place::Combine), _) => {
            "07-indicators"
        }
        _ => "05-formulas",
    }
}

#[cfg(test)]
mod tests {
    use kpi_base::Language;

    use super::*;
    use crate::fixture;

    /// What is said at every mark, in both languages.
    fn shown(text: &str) -> String {
        let fixture = fixture(text);
        let mut shown = String::new();
        let errors = fixture.snapshot.findings().iter().filter(|finding| finding.is_error());
        errors.for_each(|finding| shown.push_str(&format!("({})\n", finding.message)));
        for at in &fixture.marks {
            let Some(hover) = hover(&fixture.snapshot, *at) else {
                shown.push_str("(nothing)\n\n");
                continue;
            };
            let page = hover.page.map(|page| format!(" [{page:?}]")).unwrap_or_default();
            shown.push_str(&format!("# {}{page}\n", fixture.snapshot.text_of(hover.span)));
            for paragraph in hover.paragraphs {
                let (english, chinese) = (paragraph.to(Language::English), paragraph.to(Language::Chinese));
                shown.push_str(&english);
                shown.push('\n');
                if chinese != english {
                    shown.push_str(&format!("{chinese}\n"));
                }
            }
            shown.push('\n');
        }
        shown
    }

    const DATA: &str = "dimension stage ordered { startup \"新手期\", growth, mature }
roster team { id: text key, stage: stage }
roster staff { id: text key, role: role, team: -> team, salary: money }
dimension role { host \"主播\", planner }
/// One row per live session.
source live \"直播\" { id: text key, host: -> staff subject, floor: -> staff, on: date time, gmv: money from \"成交额\" ≥ 0, late: bool }
";

    // feature: hover
    #[test]
    fn of_declarations_and_columns() {
        insta::assert_snapshot!(shown(&format!(
            "{DATA}/// What is sold in a session.
indicator per$0_session \"场均成交\" {{
  formula s$0um(li$0ve.g$0mv wh$0ere la$0te and gmv > 5) ÷ count(live via flo$0or) × lim$0it
  target  by team.st$0age {{ star$0tup: ≥ 100元 tolerance 5%, else: ≥ 2 × 100元 }}
  note    counting \"不含退款\"
}}
param limit: ratio = 90%
scorecard ca$0rd for staff where role == ho$0st {{
  per_ses$0sion weight 100%
  veto stale when any(live.late)
}}
incentive pay_out for card {{ pay ba$0se = staff.sala$0ry × attain$0ment }}
"
        )));
    }

    // feature: hover
    #[test]
    fn of_words_and_codes_and_in_broken_text() {
        insta::assert_snapshot!(shown(&format!(
            "{DATA}// kpi: allow(K43$001) small
指标 g$0mv {{
  公$0式 求$0和(live.gm$0v 其中 ) +
  目标 按 sta$0ge {{ gr$0owth: ≥ \"gm$0v\" }}
}}
"
        )));
    }

    // feature: hover
    #[test]
    fn of_grids() {
        insta::assert_snapshot!(shown(&format!(
            "{DATA}test \"t\" {{
  period 2026-10
  li$0ve | id | gm$0v |
       | L1 | 5$0   |
}}
"
        )));
    }
}
