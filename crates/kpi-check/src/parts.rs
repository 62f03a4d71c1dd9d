//! Indicators that are made of parts.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;

use crate::checker::Checker;
use crate::instances::Need;
use crate::model::{Parts, Subject};
use crate::scorecards::lines::combine_of;

impl<'a> Checker<'a> {
    /// The parts of the indicator at this place of [`Names::indicators`](crate::names::Names), behind which they stand there.
    /// `None` after a report.
    pub(crate) fn parts(&mut self, index: usize, written: &'a ast::Indicator, subject: &Subject) -> Option<Parts> {
        let name = &written.name.text;
        self.check_whole(written)?;
        let Some((combine, _)) = written.combine else {
            if self.names.indicators.get(index).is_some_and(|declared| declared.faulty) {
                return None;
            }
            self.report(
                Diagnostic::new(codes::cards::PARTS, text!("`{name}` does not say how its parts become one", name))
                    .label(written.name.span, text!("made of parts"))
                    .help(text!(
                        "add `combine worst` (the lowest), `combine average`, or `combine all` (all or nothing)"
                    )),
            );
            return None;
        };
        let mut parts = Vec::new();
        for (place, part) in written.parts.iter().enumerate() {
            let first = written.parts.iter().find(|other| other.name.text == part.name.text);
            if let Some(first) = first.filter(|first| first.name.span != part.name.span) {
                self.report(
                    Diagnostic::new(
                        codes::cards::PARTS,
                        text!("two parts of `{name}` are called `{name2}`", name, name2 = part.name.text),
                    )
                    .label(part.name.span, text!("again here"))
                    .label(first.name.span, text!("first here"))
                    .help(text!("give one of them another name")),
                );
                parts.push(None);
                continue;
            }
            let id = self.indicator_at(index + 1 + place, subject, Need::All, part.name.span);
            let scored = id.and_then(|id| {
                let scoring = self.instance(id)?.scoring.clone();
                self.check_scored(id, &scoring, part.name.span)?;
                Some(id)
            });
            parts.push(scored);
        }
        Some(Parts { combine: combine_of(combine), parts: parts.into_iter().collect::<Option<_>>()? })
    }

    /// Refuses beside parts what belongs into them.
    fn check_whole(&mut self, written: &ast::Indicator) -> Option<()> {
        let name = &written.name.text;
        if let Some((combine, span)) = written.combine {
            if written.parts.is_empty() {
                self.report(
                    Diagnostic::new(codes::cards::PARTS, text!("`{name}` has no parts to combine", name))
                        .label(span, Text::default())
                        .help(text!("write them: `part returns { formula …, target … }`, or leave `combine` out")),
                );
                return None;
            }
            if combine == ast::Combine::Sum {
                self.report(
                    Diagnostic::new(codes::cards::PARTS, text!("parts have no weights, by which they could be summed"))
                        .label(span, Text::default())
                        .help(text!(
                            "write `combine average`, `worst` or `all`; what has weights is a `group` of a scorecard"
                        )),
                );
                return None;
            }
        }
        let of_target = written.target.as_ref().map(|target| match target {
            ast::ByTable::Plain(target) => target.span,
            ast::ByTable::By(by) => by.span,
        });
        let own: [(Option<Span>, &str); 5] = [
            (written.formula.as_ref().map(|e| e.span), "formula"),
            (of_target, "target"),
            (written.scoring.as_ref().map(|scoring| scoring.span), "scoring"),
            (written.shorter.as_ref().map(|shorter| shorter.span), "period"),
            (written.track.as_ref().map(|(_, span)| *span), "track"),
        ];
        let mut sound = true;
        for (span, what) in own {
            let Some(span) = span else { continue };
            self.report(
                Diagnostic::new(codes::cards::PARTS, text!("`{name}` has parts, and no {what} besides", name, what))
                    .label(span, Text::default())
                    .help(text!("each part has its own `{what}`: move it into one", what)),
            );
            sound = false;
        }
        sound.then_some(())
    }
}
