//! `over` pools, `among` lists.

use kpi_check::model::{Among, AmongFunction, Expr, Path, Scope};
use kpi_value::{Dec, Value};

use super::aggregates::{average, quantile, stddev};
use super::rows::text_key;
use super::time::When;
use super::{Fault, Interpreter, Place, Valued, Who};

impl Interpreter<'_> {
    /// "`X over team` computes X as if the team were one subject, `X over all` all rows of the period (also those that
    /// reach no subject)." A subject without a team has none. On the card of a stint it is that of the whole period.
    pub(super) fn over(&self, x: &Expr, scope: &Scope, place: &Place<'_>) -> Valued {
        let place = &place.during(place.when.unsplit());
        let Some(who) = self.widen(scope, place)? else { return Ok(None) };
        let place = place.of(who);
        self.is_known(x, &place)?;
        self.value(x, &place)
    }

    fn widen(&self, scope: &Scope, place: &Place<'_>) -> Result<Option<Who>, Fault> {
        Ok(match scope {
            Scope::All => Some(Who::All),
            Scope::Reference(path) => {
                let referred = path.last().and_then(|column| self.model.referred(column));
                let table = referred.ok_or(Fault::Model("over what is no reference"))?;
                self.attribute(&place.who, path, place.when)?.map(|key| Who::Row(table, text_key(&key)))
            }
            Scope::Dimension(path) => {
                let table = path.table().ok_or(Fault::Model("over an empty path"))?;
                self.attribute(&place.who, path, place.when)?.map(|value| Who::Group(table, path.clone(), value))
            }
        })
    }

    /// An attribute of a subject as of a period; of a group only the one that makes it.
    pub(super) fn attribute(&self, who: &Who, path: &Path, when: When) -> Valued {
        match who {
            Who::Row(table, key) => match self.subject_row(*table, key, when) {
                Some(row) => self.follow(row, path, when),
                None => Ok(None),
            },
            Who::Group(_, of, value) => Ok((of == path).then(|| value.clone())),
            Who::All => Ok(None),
        }
    }

    /// "The members' own values (as of the period, with data, oneself included)." Members agree with the subject in the
    /// columns named; where one of those is missing there is no group. On the card of a stint it is that of the whole period.
    pub(super) fn among(&self, among: &Among, place: &Place<'_>) -> Valued {
        let place = &place.during(place.when.unsplit());
        let Who::Row(table, own_key) = &place.who else { return Ok(None) };
        let agree = |key: &str| -> Result<Option<Vec<Value>>, Fault> {
            let member = Who::Row(*table, key.into());
            among.by.iter().map(|path| self.attribute(&member, path, place.when)).collect()
        };
        let Some(group) = agree(own_key)? else { return Ok(None) };
        let (mut values, mut own) = (Vec::new(), None);
        for key in self.subjects(*table, place.when) {
            if agree(&key)?.as_ref() != Some(&group) {
                continue;
            }
            let member = place.of(Who::Row(*table, key.clone()));
            if let Some(condition) = &among.condition
                && self.truth(condition, &member)? != Some(true)
            {
                continue;
            }
            self.is_known(&among.of, &member)?;
            let Some(value) = self.number(&among.of, &member)? else { continue };
            values.push(value);
            if key == *own_key {
                own = Some(value);
            }
        }
        let better = |a: &Dec, b: &Dec| if among.higher_is_better { a > b } else { a < b };
        Ok(match among.function {
            AmongFunction::Average => average(&values)?,
            AmongFunction::Median => quantile(values, Dec::percent(50))?,
            AmongFunction::Min => values.into_iter().min(),
            AmongFunction::Max => values.into_iter().max(),
            AmongFunction::Rank => {
                own.map(|own| Dec::int(1 + values.iter().filter(|x| better(x, &own)).count() as i64))
            }
            AmongFunction::Percentile => match own {
                Some(own) => {
                    let worse = values.iter().filter(|x| better(&own, x)).count() as i64;
                    Dec::int(worse).div(Dec::int(values.len() as i64 - 1))?
                }
                None => None,
            },
            AmongFunction::Zscore => match (own, stddev(&values)) {
                (Some(own), Some(deviation)) if deviation > 0.0 => {
                    let mean = values.iter().map(|x| x.approximate()).sum::<f64>() / values.len() as f64;
                    Some(Dec::from_approximate((own.approximate() - mean) / deviation)?)
                }
                _ => None,
            },
        }
        .map(Value::Dec))
    }
}
