//! Ranks and grades: what a card is worth among others.

use kpi_check::model::{Grade, GradeShare, Path, ScorecardId};
use kpi_value::{Dec, Value};

use super::cards::Marked;
use super::{Fault, Interpreter, Who};

impl Interpreter<'_> {
    /// Gives each complete card its grade and its rank. "Incomplete cards are not in the group."
    pub(super) fn rank(&self, id: ScorecardId, cards: &mut [Marked]) -> Result<(), Fault> {
        let scorecard = &self.model.scorecards[id];
        for n in 0..cards.len() {
            let Some(score) = cards.get(n).and_then(|marked| marked.card.score) else { continue };
            let group = self.group(id, &scorecard.rank_among, cards, n)?;
            let rank = group.map(|group| 1 + group.iter().filter(|other| **other > score).count() as u32);
            let grade = match &scorecard.grade {
                None => None,
                Some(Grade::Bounds(rows)) => {
                    rows.iter().find(|row| row.bound.holds(score)).map(|row| row.grade.clone())
                }
                Some(Grade::Shares { by, shares, rest }) => {
                    let group = self.group(id, by, cards, n)?;
                    group.map(|group| by_share(&group, score, shares, rest)).transpose()?
                }
            };
            if let Some(marked) = cards.get_mut(n) {
                (marked.card.rank, marked.card.grade) = (rank, grade);
            }
        }
        Ok(())
    }

    /// The scores of the complete cards that agree with the n-th in the columns named; none where one is missing.
    fn group(&self, id: ScorecardId, by: &[Path], cards: &[Marked], n: usize) -> Result<Option<Vec<Dec>>, Fault> {
        let table = self.model.scorecards[id].table;
        let columns = |marked: &Marked| -> Result<Option<Vec<Value>>, Fault> {
            let who = Who::Row(table, marked.card.subject.as_str().into());
            by.iter().map(|path| self.attribute(&who, path, marked.when)).collect()
        };
        let Some(own) = cards.get(n).map(columns).transpose()?.flatten() else { return Ok(None) };
        let mut scores = Vec::new();
        for marked in cards {
            if let Some(score) = marked.card.score
                && columns(marked)?.as_ref() == Some(&own)
            {
                scores.push(score);
            }
        }
        Ok(Some(scores))
    }
}

/// "`top p%` is the largest set of best subjects, ties kept together, that does not exceed p; `next q%` goes on to p + q";
/// `at least n` goes on by whole ties until n have the grade.
fn by_share(group: &[Dec], own: Dec, shares: &[GradeShare], rest: &str) -> Result<String, Fault> {
    let members = Dec::int(group.len() as i64);
    // Sets of best subjects with ties kept together: for each score, those who have it or a better one.
    let mut sets: Vec<usize> = group.iter().map(|least| group.iter().filter(|x| *x >= least).count()).collect();
    sets.push(0);
    sets.sort_unstable();
    let place = group.iter().filter(|x| **x >= own).count();
    let (mut allowed, mut above) = (Dec::ZERO, 0);
    for share in shares {
        allowed = allowed.add(share.share)?;
        let room = members.mul(allowed)?;
        let fits = sets.iter().rfind(|size| Dec::int(**size as i64) <= room).copied().unwrap_or(0).max(above);
        let asked = above + share.at_least as usize;
        let enough = sets.iter().find(|size| **size >= asked).copied().unwrap_or(group.len());
        let taken = fits.max(enough);
        if place <= taken {
            return Ok(share.grade.clone());
        }
        above = taken;
    }
    Ok(rest.to_owned())
}
