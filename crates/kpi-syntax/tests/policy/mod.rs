//! A policy with every construct that is built, and its members as comparable texts.

use kpi_syntax::ast::*;

pub const WHOLE: &str = include_str!("whole.kpi");

/// Every member of every declaration, without places.
pub fn members(file: &File) -> Vec<String> {
    let mut out = Vec::new();
    for item in &file.items {
        let mut say = |what: &str, it: &dyn std::fmt::Debug| out.push(format!("{what}: {}", without_spans(it)));
        match &item.kind {
            ItemKind::Policy(p) => {
                say("policy edition", &p.edition);
                say("policy currency", &p.currency);
                say("policy period", &p.period);
                say("policy cap", &p.attainment_cap);
                say("policy rounding", &p.rounding);
                say("policy week", &p.week_start);
                say("policy year", &p.year_start);
            }
            ItemKind::Dimension(d) => d.members.iter().for_each(|m| say(&d.name.text, m)),
            ItemKind::Roster(t) | ItemKind::Source(t) => {
                t.columns.iter().for_each(|c| say(&t.name.text, c));
                say(&t.name.text, &t.valid);
                say(&t.name.text, &t.as_of);
                say(&t.name.text, &t.sparse);
            }
            ItemKind::Indicator(i) => {
                say(&i.name.text, &i.formula);
                say(&i.name.text, &i.target);
                say(&i.name.text, &i.scoring);
                say(&i.name.text, &i.when_missing);
                say(&i.name.text, &i.notes);
                say(&i.name.text, &i.tags);
            }
            ItemKind::Scorecard(c) => {
                lines(&c.name.text, &c.lines, &mut say);
                c.vetoes.iter().for_each(|v| say(&c.name.text, v));
                c.adjustments.iter().for_each(|v| say(&c.name.text, v));
                say(&c.name.text, &c.grade);
                say(&c.name.text, &c.rank_among);
            }
            ItemKind::Incentive(i) => {
                i.pays.iter().for_each(|p| say(&i.name.text, p));
                say("when", &i.condition);
                say("cap", &i.cap);
                say("floor", &i.floor);
                say("per card", &i.per_card);
            }
            ItemKind::Rule(r) => {
                say("when", &r.condition);
                say("streak", &r.streak);
                say("then", &r.then);
            }
            ItemKind::Test(t) => {
                say("period", &t.period);
                for table in &t.tables {
                    say(&table.name.text, &table.columns);
                    table.rows.iter().for_each(|r| say(&table.name.text, r));
                }
                t.expects.iter().for_each(|e| say("expect", e));
            }
            other => say("item", other),
        }
    }
    out.retain(|m| !m.ends_with(": None") && !m.ends_with(": []"));
    out
}

fn lines(of: &str, all: &[Line], say: &mut dyn FnMut(&str, &dyn std::fmt::Debug)) {
    for line in all {
        match line {
            Line::One(one) => say(of, one),
            Line::Group(g) => {
                say(of, &(&g.name, &g.label, &g.weight, &g.combine));
                lines(&g.name.text, &g.lines, say);
            }
        }
    }
}

/// The Debug text with every span taken out.
pub fn without_spans(it: &dyn std::fmt::Debug) -> String {
    let text = format!("{it:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span { file") {
        out += &rest[..at];
        let tail = &rest[at..];
        rest = &tail[tail.find('}').unwrap() + 1..];
    }
    out + rest
}
