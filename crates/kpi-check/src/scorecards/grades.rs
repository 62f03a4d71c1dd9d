//! How a score becomes a grade.

use kpi_base::{Diagnostic, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::Dec;

use crate::checker::Checker;
use crate::context::Context;
use crate::model::{Grade, GradeRow, GradeShare, Unit};

impl<'a> Checker<'a> {
    /// The grades of a scorecard.
    pub(super) fn grade(&mut self, written: &'a ast::Grade, cx: &Context) -> Option<Grade> {
        match written {
            ast::Grade::Bounds(rows, span) => {
                let bounds = self.step_bounds(rows, Unit::POINTS, *span, "grade");
                let mut texts = Vec::new();
                for row in rows {
                    texts.push(self.grade_text(&row.value));
                }
                let texts: Vec<String> = texts.into_iter().collect::<Option<_>>()?;
                let spans = rows.iter().map(|row| row.span);
                let rows = bounds?.into_iter().zip(texts).zip(spans);
                Some(Grade::Bounds(rows.map(|((bound, grade), span)| GradeRow { bound, grade, span }).collect()))
            }
            ast::Grade::Shares(shares) => self.shares(shares, cx),
        }
    }

    fn grade_text(&mut self, e: &ast::Expr) -> Option<String> {
        if let ast::ExprKind::Text(text) = &e.kind {
            return Some(text.clone());
        }
        self.report(
            Diagnostic::new(codes::cards::GRADE, text!("a grade is a text"))
                .label(e.span, Text::default())
                .help(text!("write it in quotes: `≥ 90: \"A\"`")),
        );
        None
    }

    fn shares(&mut self, written: &'a ast::GradeShares, cx: &Context) -> Option<Grade> {
        let by = self.columns(&written.by, cx);
        let mut sum = Dec::ZERO;
        let mut shares = Vec::new();
        for row in &written.shares {
            let share = self.const_dec(&row.share, &text!("a share of the group"), Unit::RATIO)?;
            if share <= Dec::ZERO || share > Dec::ONE {
                self.report(
                    Diagnostic::new(codes::cards::GRADE, text!("a share of the group lies above 0% and up to 100%"))
                        .label(row.share.span, Text::default()),
                );
                return None;
            }
            sum = sum.add(share).unwrap_or(sum);
            let at_least = match &row.at_least {
                None => 0,
                Some((n, span)) => match self.whole(*n, 0) {
                    Some(n) => n,
                    None => {
                        self.report(
                            Diagnostic::new(codes::cards::GRADE, text!("`at least` counts people, in whole numbers"))
                                .label(*span, Text::default()),
                        );
                        return None;
                    }
                },
            };
            shares.push(GradeShare { share, at_least, grade: row.grade.value.clone() });
        }
        if sum > Dec::ONE {
            let sum = self.show_number(sum, Unit::RATIO);
            self.report(
                Diagnostic::new(codes::cards::GRADE, text!("the shares add up to {sum} of the group", sum))
                    .label(written.span, Text::default())
                    .help(text!("`next 70%` follows on `top 20%`: together at most 100%")),
            );
            return None;
        }
        let Some(rest) = &written.rest else {
            self.report(
                Diagnostic::new(codes::cards::GRADE, text!("nobody says which grade the others get"))
                    .label(written.span, Text::default())
                    .help(text!(
                        "add `else: \"…\"`: ties and rounding can leave people over even where the shares make 100%"
                    )),
            );
            return None;
        };
        Some(Grade::Shares { by: by?, shares, rest: rest.value.clone() })
    }

    /// A whole number of at least `least`, if it is one.
    pub(crate) fn whole(&self, n: Dec, least: u32) -> Option<u32> {
        let whole = n.units() % Dec::UNITS == 0;
        let n = u32::try_from(n.units() / Dec::UNITS).ok()?;
        (whole && n >= least).then_some(n)
    }
}
