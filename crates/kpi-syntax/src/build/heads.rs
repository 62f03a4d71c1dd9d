//! The headers of declarations, and the declarations that are no blocks.

use super::{Builder, find, operand};
use crate::ast::{
    Audience, Dimension, Function, Grouping, Incentive, Indicator, Label, Name, NamedCurve, Param, Policy,
    Rule as PolicyRule, Scale, Scorecard, Table, Test, Text, TypeKind, TypeName, View,
};
use crate::build::expr::curve_kind;
use crate::grammar::{Pair, Rule};

/// What most headers have.
struct Named {
    name: Name,
    label: Label,
}

impl Builder<'_> {
    fn named(&mut self, pair: &Pair<'_>) -> Option<Named> {
        let name = find(pair.clone(), Rule::name).map(|p| self.name(&p))?;
        let label = find(pair.clone(), Rule::label).map(|p| self.text(&p));
        Some(Named { name, label })
    }

    pub(crate) fn policy_head(&mut self, pair: Pair<'_>) -> Option<Policy> {
        let title = self.inner_text(pair)?;
        Some(Policy::new(title))
    }

    pub(crate) fn dimension_head(&mut self, pair: Pair<'_>) -> Option<Dimension> {
        let Named { name, label } = self.named(&pair)?;
        let ordered = find(pair, Rule::kw_ordered).is_some();
        Some(Dimension { name, label, ordered, members: Vec::new() })
    }

    pub(crate) fn scale_head(&mut self, pair: Pair<'_>) -> Option<Scale> {
        let Named { name, label } = self.named(&pair)?;
        let range = self.range(find(pair, Rule::range)?)?;
        Some(Scale { name, label, range, anchors: Vec::new() })
    }

    #[allow(clippy::needless_pass_by_value, reason = "all headers are read by functions of one form")]
    pub(crate) fn table_head(&mut self, pair: Pair<'_>) -> Option<Table> {
        let Named { name, label } = self.named(&pair)?;
        Some(Table { name, label, columns: Vec::new(), valid: None, as_of: None, sparse: None, exclude: Vec::new() })
    }

    pub(crate) fn view_head(&mut self, pair: Pair<'_>) -> Option<View> {
        let Named { name, label } = self.named(&pair)?;
        let of = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::name).nth(1).map(|p| self.name(&p))?;
        let condition = match find(pair.clone(), Rule::where_clause) {
            Some(clause) => Some(self.expr(operand(clause)?)?),
            None => None,
        };
        let grouping = find(pair, Rule::grouped).map(|grouped| {
            let span = self.span(&grouped);
            let keys = grouped.into_inner().filter(|p| p.as_rule() == Rule::path).map(|p| self.path(p)).collect();
            Grouping { keys, span, columns: Vec::new() }
        });
        Some(View { name, label, of, condition, grouping })
    }

    pub(crate) fn indicator_head(&mut self, pair: Pair<'_>) -> Option<Indicator> {
        let Named { name, label } = self.named(&pair)?;
        let mut indicator = Indicator::new(name, label);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::entry_params => indicator.params = self.entry_params(part)?,
                Rule::binding => indicator.binding = Some(self.binding(part)?),
                _ => {}
            }
        }
        Some(indicator)
    }

    /// The header of a part of an indicator.
    #[allow(clippy::needless_pass_by_value, reason = "all headers are read by functions of one form")]
    pub(crate) fn part_head(&mut self, pair: Pair<'_>) -> Option<Indicator> {
        let Named { name, label } = self.named(&pair)?;
        Some(Indicator::new(name, label))
    }

    pub(crate) fn scorecard_head(&mut self, pair: Pair<'_>) -> Option<Scorecard> {
        let Named { name, label } = self.named(&pair)?;
        let table = pair.clone().into_inner().filter(|p| p.as_rule() == Rule::name).nth(1).map(|p| self.name(&p));
        let condition = match find(pair, Rule::where_clause) {
            Some(clause) => Some(self.expr(operand(clause)?)?),
            None => None,
        };
        Some(Scorecard { table, condition, ..Scorecard::new(name, label) })
    }

    pub(crate) fn incentive_head(&mut self, pair: Pair<'_>) -> Option<Incentive> {
        let Named { name, label } = self.named(&pair)?;
        Some(Incentive {
            name,
            label,
            audience: Some(self.audience(find(pair, Rule::audience)?)?),
            condition: None,
            pays: Vec::new(),
            cap: None,
            floor: None,
            per_card: None,
            by_stint: None,
            period: None,
        })
    }

    pub(crate) fn rule_head(&mut self, pair: Pair<'_>) -> Option<PolicyRule> {
        let Named { name, label } = self.named(&pair)?;
        Some(PolicyRule {
            name,
            label,
            audience: Some(self.audience(find(pair, Rule::audience)?)?),
            condition: None,
            streak: None,
            streak_unit: None,
            then: None,
            once: None,
            since: None,
            period: None,
            share: None,
        })
    }

    pub(crate) fn test_head(&mut self, pair: Pair<'_>) -> Option<Test> {
        let name: Text = self.inner_text(pair)?;
        Some(Test::new(name))
    }

    fn audience(&mut self, pair: Pair<'_>) -> Option<Audience> {
        let span = self.span(&pair);
        let (mut names, mut condition) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::each_card => {
                    let table = find(part, Rule::name).map(|p| self.name(&p));
                    return Some(Audience::EachScorecard(table, span));
                }
                Rule::each_indicator => {
                    let tag = find(part, Rule::name).map(|p| self.name(&p));
                    return Some(Audience::EachIndicator(tag, span));
                }
                Rule::names => names = self.path(part),
                Rule::where_clause => condition = Some(self.expr(operand(part)?)?),
                _ => {}
            }
        }
        Some(Audience::Named(names, condition))
    }

    pub(crate) fn param(&mut self, pair: Pair<'_>) -> Option<Param> {
        let Named { name, label } = self.named(&pair)?;
        let ty = find(pair.clone(), Rule::type_name)?;
        let ty = self.type_name(ty)?;
        let value = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::by_expr | Rule::expr))?;
        Some(Param { name, label, ty, value: self.by_or_expr(value)? })
    }

    pub(crate) fn function(&mut self, pair: Pair<'_>) -> Option<Function> {
        let Named { name, label } = self.named(&pair)?;
        let mut params = Vec::new();
        let (mut ty, mut body) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::parameter => {
                    let mut parts = part.into_inner();
                    let name = self.name(&parts.next()?);
                    params.push((name, self.type_name(parts.find(|p| p.as_rule() == Rule::type_name)?)?));
                }
                Rule::type_name => ty = Some(self.type_name(part)?),
                Rule::expr => body = Some(self.expr(part)?),
                _ => {}
            }
        }
        Some(Function { name, label, params, ty: ty?, body: body? })
    }

    pub(crate) fn curve(&mut self, pair: Pair<'_>) -> Option<NamedCurve> {
        let Named { name, label } = self.named(&pair)?;
        let kind = curve_kind(&find(pair.clone(), Rule::curve_kind)?);
        let (rows, body) = self.curve_rows(find(pair, Rule::curve_body)?)?;
        Some(NamedCurve { name, label, kind, rows, body })
    }

    pub(super) fn type_name(&mut self, pair: Pair<'_>) -> Option<TypeName> {
        let span = self.span(&pair);
        let (mut reference, mut optional, mut name) = (false, false, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::arrow => reference = true,
                Rule::optional => optional = true,
                Rule::name => name = Some(self.name(&part)),
                _ => {}
            }
        }
        let name = name?;
        let kind = if reference { TypeKind::Reference(name) } else { TypeKind::Named(name) };
        Some(TypeName { kind, optional, span })
    }
}
