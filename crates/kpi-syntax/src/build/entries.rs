//! Entries of libraries, and what is bound to them.

use super::{Builder, find, operand};
use crate::ast::{Binding, BindingArg, BindingValue, EntryParam, Example, ExampleExpect, ExampleValue, Override, Text};
use crate::build::expr::presence;
use crate::grammar::{Pair, Rule};

impl Builder<'_> {
    /// `(s: session, wait: duration = 30s)`
    pub(super) fn entry_params(&mut self, pair: Pair<'_>) -> Option<Vec<EntryParam>> {
        let params = pair.into_inner().filter(|p| p.as_rule() == Rule::entry_param);
        params
            .map(|param| {
                let name = self.name(&find(param.clone(), Rule::name)?);
                let ty = self.type_name(find(param.clone(), Rule::type_name)?)?;
                let default = match find(param, Rule::expr) {
                    Some(default) => Some(self.expr(default)?),
                    None => None,
                };
                Some(EntryParam { name, ty, default })
            })
            .collect()
    }

    /// `std.live.watch_time(live)`
    pub(super) fn binding(&mut self, pair: Pair<'_>) -> Option<Binding> {
        let span = self.span(&pair);
        let path = self.path(find(pair.clone(), Rule::path)?);
        let args = pair.into_inner().filter(|p| p.as_rule() == Rule::binding_arg);
        let args = args.map(|arg| self.binding_arg(arg)).collect::<Option<_>>()?;
        Some(Binding { path, args, span })
    }

    fn binding_arg(&mut self, pair: Pair<'_>) -> Option<BindingArg> {
        let span = self.span(&pair);
        let (mut name, mut value) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::bound_table => value = Some(self.bound_table(part)?),
                Rule::expr => value = Some(BindingValue::Expr(self.expr(part)?)),
                _ => {}
            }
        }
        Some(BindingArg { name, value: value?, span })
    }

    fn bound_table(&mut self, pair: Pair<'_>) -> Option<BindingValue> {
        let table = self.name(&find(pair.clone(), Rule::name)?);
        let columns = pair.into_inner().filter(|p| p.as_rule() == Rule::bound_column);
        let columns = columns
            .map(|column| {
                let name = self.name(&find(column.clone(), Rule::name)?);
                Some((name, self.expr(find(column, Rule::expr)?)?))
            })
            .collect::<Option<_>>()?;
        Some(BindingValue::Table(table, columns))
    }

    pub(crate) fn example_head(&mut self, pair: Pair<'_>) -> Option<Example> {
        let span = self.span(&pair);
        let name: Text = self.inner_text(pair)?;
        Some(Example {
            name,
            period: None,
            data_until: None,
            values: Vec::new(),
            tables: Vec::new(),
            expects: Vec::new(),
            span,
        })
    }

    pub(crate) fn example_member(&mut self, pair: Pair<'_>, example: &mut Example) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::t_period => {
                let text = find(member, Rule::period_text)?;
                let text = Text { value: text.as_str().trim().to_owned(), span: self.span(&text) };
                self.set(&mut example.period, Some(text), "period", span);
            }
            Rule::t_with => {
                let name = self.name(&find(member.clone(), Rule::name)?);
                let value = self.expr(operand(member)?)?;
                example.values.push(Override { name, value, span });
            }
            Rule::t_data => {
                let date = find(member, Rule::date)?;
                let date = (self.date(&date)?, self.span(&date));
                self.set(&mut example.data_until, Some(date), "data", span);
            }
            _ => {
                let kind = match find(member.clone(), Rule::is_tail) {
                    Some(tail) => ExampleValue::Is(presence(tail)),
                    None => {
                        let within = match find(member.clone(), Rule::x_within) {
                            Some(within) => Some(Box::new(self.expr(operand(within)?)?)),
                            None => None,
                        };
                        ExampleValue::Value(Box::new(self.expr(operand(member)?)?), within)
                    }
                };
                example.expects.push(ExampleExpect { kind, span });
            }
        }
        Some(())
    }
}
