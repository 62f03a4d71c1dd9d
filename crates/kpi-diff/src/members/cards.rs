//! What a scorecard says.

use kpi_base::text;
use kpi_syntax::ast::{Grade, Group, Label, Line, OneLine, Scorecard, VetoEffect, WeightGrid};

use super::Members;
use crate::Matter;

impl Members<'_, '_> {
    pub(super) fn scorecard(&mut self, s: &Scorecard) {
        if let Some(table) = &s.table {
            let canon = self.canon.name(table);
            self.add("for", text!("whom it is for"), canon, table.span);
        }
        self.maybe("where", text!("which of them"), s.condition.as_ref());
        self.lines(&s.lines);
        if let Some(grid) = &s.weights {
            self.weight_grid(grid);
        }
        for veto in &s.vetoes {
            let title = text!("veto `{name}`", name = veto.name.text);
            self.enter(&format!("veto {}", veto.name.text), title, veto.span);
            self.expr("when", text!("condition"), &veto.condition);
            let (effect, span) = match &veto.effect {
                None | Some((VetoEffect::ScoreZero, _)) => ("score 0".to_owned(), veto.span),
                Some((VetoEffect::PayZero, span)) => ("pay 0".to_owned(), *span),
                Some((VetoEffect::Cap(cap), span)) => (format!("cap {}", self.canon.expr(cap)), *span),
            };
            self.add("then", text!("effect"), effect, span);
            self.label(&veto.label);
            self.leave();
        }
        for adjustment in &s.adjustments {
            let (key, title) = match adjustment.deduct {
                true => ("deduct", text!("deduction `{name}`", name = adjustment.name.text)),
                false => ("bonus", text!("bonus `{name}`", name = adjustment.name.text)),
            };
            self.enter(&format!("{key} {}", adjustment.name.text), title, adjustment.span);
            self.expr("points", text!("points"), &adjustment.value);
            self.maybe("cap", text!("cap"), adjustment.cap.as_ref());
            self.label(&adjustment.label);
            self.leave();
        }
        match &s.grade {
            None => {}
            Some(Grade::Bounds(rows, _)) => self.curve("grade", &text!("grade"), rows),
            Some(Grade::Shares(shares)) => {
                let by = self.canon.paths(&shares.by);
                self.add("grade among", text!("group of the grades"), by, shares.span);
                for share in &shares.shares {
                    let least = share.at_least.as_ref().map(|(n, _)| n.to_string()).unwrap_or_default();
                    let canon = format!("{} at least {least}", self.canon.expr(&share.share));
                    let title = text!("grade `{name}`", name = share.grade.value);
                    self.add(&format!("grade {}", share.grade.value), title, canon, share.span);
                }
                if let Some(rest) = &shares.rest {
                    self.add("grade else", text!("grade of the others"), rest.value.clone(), rest.span);
                }
            }
        }
        if let Some((among, span)) = &s.rank_among {
            let canon = self.canon.paths(among);
            self.add("rank among", text!("group of the ranks"), canon, *span);
        }
        if let Some((period, span)) = &s.period {
            self.add("period", text!("period"), format!("{period:?}"), *span);
        }
        if let Some((mid, span)) = &s.mid_period {
            self.add("mid_period", text!("`mid_period`"), format!("{mid:?}"), *span);
        }
    }

    pub(super) fn label(&mut self, label: &Label) {
        if let Some(label) = label {
            self.put("label", text!("label"), label.value.clone(), label.span, Matter::Words);
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            match line {
                Line::One(line) => self.line(line),
                Line::Group(group) => self.group(group),
            }
        }
    }

    fn line(&mut self, line: &OneLine) {
        let name = self.canon.name(&line.name);
        self.enter(&format!("line {name}"), text!("line `{name}`", name = line.name.text), line.span);
        self.add("line", text!("being on the card"), String::new(), line.span);
        if let Some(weight) = &line.weight {
            self.by_table("weight", &text!("weight"), weight, |canon, expr| (canon.expr(expr), expr.span));
        }
        if let Some(span) = line.watch {
            self.flag("watch", text!("`watch`"), true, span);
        }
        if let Some((missing, span)) = &line.when_missing {
            self.add("when missing", text!("`when missing`"), format!("{missing:?}"), *span);
        }
        self.maybe("attainment cap", text!("attainment cap"), line.attainment_cap.as_ref());
        if let Some(scoring) = &line.scoring {
            let canon = self.canon.scoring(scoring);
            self.add("scoring", text!("scoring"), canon, scoring.span);
        }
        if let Some((roll_up, span)) = &line.rolled {
            self.add("rolled up by", text!("`rolled up by`"), format!("{roll_up:?}"), *span);
        }
        self.leave();
    }

    fn group(&mut self, group: &Group) {
        self.enter(&format!("group {}", group.name.text), text!("group `{name}`", name = group.name.text), group.span);
        self.add("group", text!("being on the card"), String::new(), group.span);
        if let Some(weight) = &group.weight {
            self.by_table("weight", &text!("weight"), weight, |canon, expr| (canon.expr(expr), expr.span));
        }
        if let Some((combine, span)) = &group.combine {
            self.add("combine", text!("how lines are combined"), format!("{combine:?}"), *span);
        }
        if let Some((missing, span)) = &group.when_missing {
            self.add("when missing", text!("`when missing`"), format!("{missing:?}"), *span);
        }
        self.label(&group.label);
        self.lines(&group.lines);
        self.leave();
    }

    /// A grid is as if each line had a table of its own.
    fn weight_grid(&mut self, grid: &WeightGrid) {
        let key = self.canon.by_key(&grid.key);
        let columns: Vec<String> = grid.columns.iter().map(|column| self.canon.pattern(column)).collect();
        for row in &grid.rows {
            self.line(&row.line);
            let name = self.canon.name(&row.line.name);
            self.enter(&format!("line {name}"), text!("line `{name}`", name = row.line.name.text), row.line.span);
            self.add("weight by", text!("keys of the {member}", member = text!("weight")), key.clone(), grid.header);
            for (column, weight) in columns.iter().zip(&row.weights) {
                let (canon, span) = match weight {
                    Some(weight) => (self.canon.expr(weight), weight.span),
                    None => ("0".to_owned(), row.line.span),
                };
                let title = text!("{member} of `{row}`", member = text!("weight"), row = column.clone());
                let key = format!("weight[{column}]");
                self.row(("weight rows", &text!("weight")), &key, title, canon, (span, span));
            }
            self.leave();
        }
    }
}
