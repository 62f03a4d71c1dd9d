//! A declaration taken apart: what it says, one member at a time, each under a key that is the same in both versions.

mod cards;
mod outcomes;

use std::collections::BTreeMap;

use kpi_base::{Span, Text, text};
use kpi_syntax::ast::{
    Binding, BindingValue, By, ByTable, Column, ColumnRule, CurveRow, Expr, Indicator, Item, ItemKind, Label, Name,
    Obligation, Policy, Table, Target, TypeKind, TypeName, View,
};

use crate::canon::Canon;
use crate::{Matter, Role};

/// Stands among the names that a declaration reads for all scorecards.
pub const EACH_SCORECARD: &str = "each scorecard";

/// One thing that a declaration says.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is, as a key that both versions share: `target[growth]`.
    pub key: String,
    /// What it is, for people.
    pub title: Text,
    /// Its normal form.
    pub canon: String,
    /// Where it is written.
    pub span: Span,
    /// Of a row, where its value is written: what is shown and replaced where only that has changed.
    pub value: Option<Span>,
    /// What a change of it moves.
    pub matter: Matter,
    /// What is shown, where that is not the text of the place.
    pub shown: Option<String>,
    /// Members of one family and no partner may be the same with another key: the rows of a curve whose bound has moved.
    pub family: Option<Family>,
    /// What it is a part of inside the declaration, the outermost first: a group, a line, a veto.
    pub owners: Vec<Owner>,
}

/// Rows that belong together.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its key, with what is around it.
    pub key: String,
    /// What all of it is, for people.
    pub title: Text,
}

/// A part of a declaration that has members of its own.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Its key, with those around it.
    pub key: String,
    /// What it is, for people.
    pub title: Text,
    /// All of it.
    pub span: Span,
}

/// Takes declarations of one side apart.
pub struct Members<'c, 'a> {
    canon: &'c mut Canon<'a>,
    found: Vec<Member>,
    /// The group, the line or the veto that is being taken apart, the outermost first.
    inside: Vec<Owner>,
}

/// The role, the name, and what a declaration says; none for what only brings names in.
pub fn take_apart(item: &Item, canon: &mut Canon<'_>) -> Option<(Role, Name, Label, Vec<Member>)> {
    let mut members = Members { canon, found: Vec::new(), inside: Vec::new() };
    let unnamed = |role: &str| Name { text: role.to_owned(), span: item.span };
    let (role, name, label) = match &item.kind {
        ItemKind::Policy(policy) => {
            members.policy(policy);
            (Role::Policy, Name { text: policy.title.value.clone(), span: policy.title.span }, None)
        }
        ItemKind::Dimension(d) => {
            members.flag("ordered", text!("order"), d.ordered, d.name.span);
            let order: Vec<&str> = d.members.iter().map(|(name, _)| name.text.as_str()).collect();
            if d.ordered {
                members.add("order", text!("order of its members"), order.join(" < "), d.name.span);
                members.show(order.join(" < "));
            }
            for (name, label) in &d.members {
                let value = label.as_ref().map(|text| text.value.clone()).unwrap_or_default();
                let span = label.as_ref().map_or(name.span, |label| name.span.to(label.span));
                members.add(&format!("member {}", name.text), text!("member `{name}`", name = name.text), value, span);
            }
            (Role::Dimension, d.name.clone(), d.label.clone())
        }
        ItemKind::Scale(s) => {
            let range = members.canon.range(&s.range);
            members.add("range", text!("range"), range, s.range.span);
            for anchor in &s.anchors {
                let title = text!("meaning of {step}", step = anchor.step.to_string());
                members.put(
                    &format!("step {}", anchor.step),
                    title,
                    anchor.text.value.clone(),
                    anchor.span,
                    Matter::Words,
                );
            }
            (Role::Scale, s.name.clone(), s.label.clone())
        }
        ItemKind::Roster(t) | ItemKind::Source(t) | ItemKind::Shape(t) => {
            members.table(t);
            let role = match &item.kind {
                ItemKind::Roster(_) => Role::Roster,
                ItemKind::Source(_) => Role::Source,
                _ => Role::Shape,
            };
            (role, t.name.clone(), t.label.clone())
        }
        ItemKind::View(v) => {
            members.view(v);
            (Role::View, v.name.clone(), v.label.clone())
        }
        ItemKind::Param(p) => {
            let ty = members.type_name(&p.ty);
            members.add("type", text!("type"), ty, p.ty.span);
            members.by_table("value", &text!("value"), &p.value, |canon, expr| (canon.expr(expr), expr.span));
            (Role::Param, p.name.clone(), p.label.clone())
        }
        ItemKind::Function(f) => {
            for (name, ty) in &f.params {
                let (key, kind) = (format!("parameter {}", members.canon.locals.len()), members.type_name(ty));
                members.add(&key, text!("parameter `{name}`", name = name.text), kind, name.span.to(ty.span));
                members.canon.locals.push(name.text.clone());
            }
            let ty = members.type_name(&f.ty);
            members.add("type", text!("type"), ty, f.ty.span);
            members.expr("body", text!("value"), &f.body);
            members.canon.locals.clear();
            (Role::Function, f.name.clone(), f.label.clone())
        }
        ItemKind::Curve(c) => {
            members.add("kind", text!("kind"), format!("{:?}", c.kind), c.name.span);
            members.curve("row", &text!("row"), &c.rows);
            (Role::Curve, c.name.clone(), c.label.clone())
        }
        ItemKind::Indicator(i) => {
            members.indicator(i);
            (if i.params.is_empty() { Role::Indicator } else { Role::Entry }, i.name.clone(), i.label.clone())
        }
        ItemKind::Scorecard(s) => {
            members.scorecard(s);
            (Role::Scorecard, s.name.clone(), s.label.clone())
        }
        ItemKind::Incentive(i) => {
            members.incentive(i);
            (Role::Incentive, i.name.clone(), i.label.clone())
        }
        ItemKind::Rule(r) => {
            members.rule(r);
            (Role::Rule, r.name.clone(), r.label.clone())
        }
        ItemKind::Goal(g) => {
            let mut supports: Vec<&str> = g.supports.iter().map(|name| name.text.as_str()).collect();
            supports.sort_unstable();
            members.put("supports", text!("what it supports"), supports.join(", "), g.name.span, Matter::Words);
            (Role::Goal, g.name.clone(), g.label.clone())
        }
        ItemKind::Require(r) => {
            let canon = members.require(r);
            members.put("require", text!("requirement"), canon.clone(), r.span, Matter::Tests);
            (Role::Require, unnamed(&canon), None)
        }
        ItemKind::Prove(p) => {
            let mut canon = members.canon.path(&p.place);
            canon.push_str(&match &p.obligation {
                Obligation::Within(range) => format!(" within {}", members.canon.range(range)),
                Obligation::Monotone(name) => format!(" monotone in {}", members.canon.name(name)),
            });
            members.put("prove", text!("obligation"), canon.clone(), p.span, Matter::Tests);
            (Role::Prove, unnamed(&canon), None)
        }
        ItemKind::Test(t) => {
            members.test(t);
            (Role::Test, Name { text: t.name.value.clone(), span: t.name.span }, None)
        }
        ItemKind::Use(_) => return None,
    };
    if let Some(label) = &label {
        members.put("label", text!("label"), label.value.clone(), label.span, Matter::Words);
    }
    if let Some(doc) = &item.doc {
        members.put("doc", text!("description"), doc.clone(), name.span, Matter::Words);
        members.show(doc.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    Some((role, name, label, unique(members.found)))
}

/// Members of one key are told apart by their number.
fn unique(mut members: Vec<Member>) -> Vec<Member> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for member in &mut members {
        let times = seen.entry(member.key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            member.key.push_str(&format!(" #{times}"));
        }
    }
    members
}

impl Members<'_, '_> {
    fn put(&mut self, key: &str, title: Text, canon: String, span: Span, matter: Matter) {
        let (key, title) = self.within(key, title);
        self.found.push(Member {
            key,
            title,
            canon,
            span,
            value: None,
            shown: None,
            matter,
            family: None,
            owners: self.inside.clone(),
        });
    }

    /// A key and a title with those of what is being taken apart.
    fn within(&self, key: &str, title: Text) -> (String, Text) {
        match self.inside.last() {
            Some(Owner { key: outer, title: around, .. }) => {
                (format!("{outer} {key}"), text!("{outer}, {member}", outer = around.clone(), member = title))
            }
            None => (key.to_owned(), title),
        }
    }

    /// Shows another text than the one of the last member's place.
    fn show(&mut self, shown: impl Into<String>) {
        if let Some(last) = self.found.last_mut() {
            last.shown = Some(shown.into());
        }
    }

    /// What follows is a part of this, until [`Members::leave`].
    fn enter(&mut self, key: &str, title: Text, span: Span) {
        let (key, title) = self.within(key, title);
        self.inside.push(Owner { key, title, span });
    }

    fn leave(&mut self) {
        self.inside.pop();
    }

    fn add(&mut self, key: &str, title: Text, canon: String, span: Span) {
        self.put(key, title, canon, span, Matter::Meaning);
    }

    /// One row of a family whose rows may get other keys.
    fn row(&mut self, family: (&str, &Text), key: &str, title: Text, canon: String, (row, value): (Span, Span)) {
        self.add(key, title, canon, row);
        let (key, title) = self.within(family.0, family.1.clone());
        if let Some(last) = self.found.last_mut() {
            (last.family, last.value) = (Some(Family { key, title }), Some(value));
        }
    }

    fn flag(&mut self, key: &str, title: Text, set: bool, span: Span) {
        if set {
            self.add(key, title, String::new(), span);
        }
    }

    fn expr(&mut self, key: &str, title: Text, expr: &Expr) {
        let canon = self.canon.expr(expr);
        self.add(key, title, canon, expr.span);
    }

    fn maybe(&mut self, key: &str, title: Text, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(key, title, expr);
        }
    }

    /// One value, or one a row; the rows of a date belong to a family, since a row may get another first day.
    fn by_table<T>(
        &mut self,
        key: &str,
        title: &Text,
        table: &ByTable<T>,
        canon: impl Fn(&mut Canon<'_>, &T) -> (String, Span),
    ) {
        match table {
            ByTable::Plain(value) => {
                let (canon, span) = canon(self.canon, value);
                self.add(key, title.clone(), canon, span);
            }
            ByTable::By(by) => self.by(key, title, by, canon),
        }
    }

    fn by<T>(&mut self, key: &str, title: &Text, by: &By<T>, canon: impl Fn(&mut Canon<'_>, &T) -> (String, Span)) {
        let keys: Vec<String> = by.keys.iter().map(|key| self.canon.by_key(key)).collect();
        // A table of one key is like one value for everybody where its only row is `else`: its key is not asked for then.
        self.add(&format!("{key} by"), text!("keys of the {member}", member = title.clone()), keys.join(", "), by.span);
        for row in &by.rows {
            let (canon, value) = canon(self.canon, &row.value);
            let patterns: Vec<String> = row.patterns.iter().map(|pattern| self.canon.pattern(pattern)).collect();
            let patterns = patterns.join(", ");
            let shown = text!("{member} of `{row}`", member = title.clone(), row = patterns.clone());
            let (family, key) = (format!("{key} rows"), format!("{key}[{patterns}]"));
            self.row((&family, title), &key, shown, canon, (row.span, value));
        }
    }

    fn curve(&mut self, key: &str, title: &Text, rows: &[CurveRow]) {
        let family = format!("{key} rows");
        for row in rows {
            let at = self.canon.curve_at(&row.at);
            let value = self.canon.expr(&row.value);
            let (key, canon) = (format!("{key}[{at}]"), format!("{at}: {value}"));
            self.row((&family, title), &key, title.clone(), canon, (row.span, row.span));
        }
    }

    fn names(&mut self, key: &str, title: Text, names: &[Name]) {
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return };
        let mut list: Vec<String> = names.iter().map(|name| self.canon.name(name)).collect();
        list.sort();
        self.add(key, title, list.join(", "), first.span.to(last.span));
    }

    fn type_name(&mut self, ty: &TypeName) -> String {
        let name = match &ty.kind {
            TypeKind::Named(name) => self.canon.called(name),
            TypeKind::Reference(name) => format!("-> {}", self.canon.name(name)),
        };
        format!("{name}{}", if ty.optional { "?" } else { "" })
    }

    fn policy(&mut self, p: &Policy) {
        if let Some((edition, span)) = &p.edition {
            self.add("edition", text!("edition"), edition.to_string(), *span);
        }
        if let Some(currency) = &p.currency {
            self.add("currency", text!("currency"), currency.text.clone(), currency.span);
        }
        if let Some((period, span)) = &p.period {
            self.add("period", text!("period"), format!("{period:?}"), *span);
        }
        self.maybe("attainment cap", text!("attainment cap"), p.attainment_cap.as_ref());
        if let Some((rounding, span)) = &p.rounding {
            self.add("rounding", text!("rounding"), format!("{rounding:?}"), *span);
        }
        if let Some((day, span)) = &p.week_start {
            self.add("week starts", text!("start of the week"), day.to_string(), *span);
        }
        if let Some((month, span)) = &p.year_start {
            self.add("year starts", text!("start of the year"), month.to_string(), *span);
        }
        if let Some(zone) = &p.timezone {
            self.add("timezone", text!("time zone"), zone.value.clone(), zone.span);
        }
    }

    fn table(&mut self, t: &Table) {
        for column in &t.columns {
            let canon = self.column(column);
            let title = text!("column `{name}`", name = column.name.text);
            self.add(&format!("column {}", column.name.text), title, canon, column.span);
        }
        if let Some(valid) = &t.valid {
            let canon = format!("{} to {}", valid.from.text, valid.to.text);
            self.add("valid", text!("validity"), canon, valid.span);
        }
        if let Some(as_of) = &t.as_of {
            self.add("as of", text!("`as of`"), as_of.text.clone(), as_of.span);
        }
        if let Some(span) = t.sparse {
            self.flag("sparse", text!("`sparse`"), true, span);
        }
        for exclude in &t.exclude {
            let canon = self.canon.expr(&exclude.condition);
            let title = text!("rows left out as `{label}`", label = exclude.label.value);
            self.add(&format!("exclude {}", exclude.label.value), title, canon, exclude.span);
        }
    }

    fn column(&mut self, c: &Column) -> String {
        let mut canon = self.type_name(&c.ty);
        let flags =
            [("key", c.key), ("label", c.label), ("time", c.time), ("subject", c.subject), ("unique", c.unique)];
        for (word, _) in flags.into_iter().chain([("private", c.private)]).filter(|(_, span)| span.is_some()) {
            canon.push_str(&format!(" {word}"));
        }
        // Without a header of its own a column has its name's.
        canon.push_str(&format!(" from {:?}", c.header.as_ref().map_or(&c.name.text, |header| &header.value)));
        if let Some((seconds, _)) = &c.seconds {
            canon.push_str(&format!(" in {seconds}"));
        }
        if let Some((digits, _)) = &c.digits {
            canon.push_str(&format!(" digits {digits}"));
        }
        let mut rules: Vec<String> = c
            .rules
            .iter()
            .map(|rule| match rule {
                ColumnRule::Compare(op, bound) => format!("{op:?} {}", self.canon.expr(bound)),
                ColumnRule::In(range) => self.canon.range(range),
                ColumnRule::Matches(pattern) => format!("matches {:?}", pattern.value),
            })
            .collect();
        rules.sort();
        canon + &rules.iter().map(|rule| format!(" {rule}")).collect::<String>()
    }

    fn view(&mut self, v: &View) {
        let of = self.canon.name(&v.of);
        self.add("from", text!("its table"), of, v.of.span);
        self.maybe("where", text!("its rows"), v.condition.as_ref());
        if let Some(grouping) = &v.grouping {
            let mut keys: Vec<String> = grouping.keys.iter().map(|key| self.canon.path(key)).collect();
            keys.sort();
            self.add("group by", text!("its groups"), keys.join(", "), grouping.span);
            for column in &grouping.columns {
                let title = text!("column `{name}`", name = column.name.text);
                self.expr(&format!("column {}", column.name.text), title, &column.value);
            }
        }
    }

    fn indicator(&mut self, i: &Indicator) {
        for param in &i.params {
            let ty = self.type_name(&param.ty);
            let canon = format!("{ty} = {}", self.canon.maybe(param.default.as_ref()));
            let title = text!("parameter `{name}`", name = param.name.text);
            self.add(&format!("parameter {}", param.name.text), title, canon, param.name.span.to(param.ty.span));
        }
        if let Some(binding) = &i.binding {
            let canon = self.binding(binding);
            self.add("entry", text!("entry of the library"), canon, binding.span);
        }
        self.maybe("formula", text!("formula"), i.formula.as_ref());
        if let Some(target) = &i.target {
            self.by_table("target", &text!("target"), target, |canon, target: &Target| {
                (canon.target(target), target.span)
            });
        }
        if let Some(scoring) = &i.scoring {
            let canon = self.canon.scoring(scoring);
            self.add("scoring", text!("scoring"), canon, scoring.span);
        }
        if let Some((missing, span)) = &i.when_missing {
            self.add("when missing", text!("`when missing`"), format!("{missing:?}"), *span);
        }
        for (topic, text) in &i.notes {
            let title = text!("note `{topic}`", topic = topic.text);
            self.put(
                &format!("note {}", topic.text),
                title,
                text.value.clone(),
                topic.span.to(text.span),
                Matter::Words,
            );
        }
        self.names("tags", text!("tags"), &i.tags);
        self.names("supports", text!("goals that it supports"), &i.supports);
        if let Some(shorter) = &i.shorter {
            let canon = format!("{:?} {:?}", shorter.period.0, shorter.roll_up.as_ref().map(|(roll_up, _)| roll_up));
            self.add("period", text!("period"), canon, shorter.span);
        }
        if let Some((shares, span)) = &i.track {
            let shares: Vec<String> =
                shares.iter().map(|share| format!("{:?} {}", share.period.0, self.canon.expr(&share.share))).collect();
            self.add("track", text!("what is tracked"), shares.join(", "), *span);
        }
        if let Some((combine, span)) = &i.combine {
            self.add("combine", text!("how parts are combined"), format!("{combine:?}"), *span);
        }
        if let Some((unit, span)) = &i.adjustable {
            self.put("adjustable", text!("`adjustable`"), format!("{unit:?}"), *span, Matter::Words);
        }
        for part in &i.parts {
            let span = part.formula.as_ref().map_or(part.name.span, |formula| part.name.span.to(formula.span));
            self.enter(&format!("part {}", part.name.text), text!("part `{name}`", name = part.name.text), span);
            self.indicator(part);
            self.leave();
        }
        for example in &i.examples {
            let title = text!("example `{name}`", name = example.name.value);
            let canon = crate::claims::example(example, self.canon);
            self.put(&format!("example {}", example.name.value), title, canon, example.span, Matter::Tests);
        }
    }

    fn binding(&mut self, binding: &Binding) -> String {
        let path: Vec<&str> = binding.path.iter().map(|name| name.text.as_str()).collect();
        let args: Vec<String> = binding
            .args
            .iter()
            .map(|arg| {
                let value = match &arg.value {
                    BindingValue::Table(name, columns) => {
                        let mut columns: Vec<String> = columns
                            .iter()
                            .map(|(name, value)| format!("{} = {}", name.text, self.canon.expr(value)))
                            .collect();
                        columns.sort();
                        format!("{} {{{}}}", self.canon.name(name), columns.join(", "))
                    }
                    BindingValue::Expr(expr) => self.canon.expr(expr),
                };
                match &arg.name {
                    Some(name) => format!("{} = {value}", name.text),
                    None => value,
                }
            })
            .collect();
        format!("{}({})", path.join("."), args.join(", "))
    }
}
