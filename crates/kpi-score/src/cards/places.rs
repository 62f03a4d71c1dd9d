//! Places among subjects that are ranked together: ranks, and grades by shares.

use kpi_check::model::GradeShare;
use kpi_value::{Dec, Overflow};

/// Cards that are ranked together, from the best down: the groups of one period, each a list of places in the columns
/// that it was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranking {
    groups: Vec<Vec<usize>>,
    /// Whether equal scores are told apart by their order: a planted fault.
    by_order: bool,
}

impl Ranking {
    /// Sorts the cards with a score into groups of equal keys, the best first; a card without a score is in no group.
    /// Within equal scores the order is that of the columns, which decides nothing.
    pub fn new<K: Ord>(scores: &[Option<Dec>], key: impl Fn(usize) -> Option<K>) -> Ranking {
        let known = scores.iter().enumerate().filter_map(|(place, score)| Some((key(place)?, (*score)?, place)));
        let mut cards: Vec<(K, Dec, usize)> = known.collect();
        cards.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        let groups = cards.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|card| card.2).collect());
        Ranking { groups: groups.collect(), by_order: false }
    }

    /// This, with equal scores told apart by their order if the fault is planted.
    pub fn by_order(self, by_order: bool) -> Ranking {
        Ranking { by_order, ..self }
    }

    /// The stretches of a sorted group that have one score.
    fn ties<'a>(&self, group: &'a [usize], scores: &'a [Option<Dec>]) -> impl Iterator<Item = &'a [usize]> {
        let apart = self.by_order;
        group.chunk_by(move |&a, &b| !apart && scores.get(a) == scores.get(b))
    }

    /// The rank of each card, 1 for the best; equal scores share the better rank.
    pub fn ranks(&self, scores: &[Option<Dec>]) -> Vec<Option<u32>> {
        let mut ranks = vec![None; scores.len()];
        for group in &self.groups {
            let mut before = 0;
            for tie in self.ties(group, scores) {
                for &place in tie {
                    if let Some(rank) = ranks.get_mut(place) {
                        *rank = Some(before + 1);
                    }
                }
                before += tie.len() as u32;
            }
        }
        ranks
    }

    /// The grade of each card, by its place in `shares`; `shares.len()` for the rest.
    ///
    /// # Errors
    /// [`Overflow`] if the shares add up beyond the range.
    pub fn grades(&self, scores: &[Option<Dec>], shares: &[GradeShare]) -> Result<Vec<Option<u32>>, Overflow> {
        let mut grades = vec![None; scores.len()];
        for group in &self.groups {
            let sizes: Vec<usize> = self.ties(group, scores).map(<[usize]>::len).collect();
            let cuts = cuts(&sizes, shares)?;
            for (nth, &place) in group.iter().enumerate() {
                let grade = cuts.iter().take_while(|&&cut| cut <= nth).count();
                if let Some(slot) = grades.get_mut(place) {
                    *slot = Some(grade as u32);
                }
            }
        }
        Ok(grades)
    }
}

/// How many of a group get each grade or a better one. `sizes` are those of its ties, from the best down.
///
/// A share takes as many whole ties as fit into the sum of the shares so far, and goes on by whole ties where it would
/// have fewer than its `at least`.
fn cuts(sizes: &[usize], shares: &[GradeShare]) -> Result<Vec<usize>, Overflow> {
    let total: usize = sizes.iter().sum();
    let members = Dec::int(total as i64);
    let (mut allowed, mut taken, mut next) = (Dec::ZERO, 0usize, 0usize);
    let mut cuts = Vec::with_capacity(shares.len());
    for share in shares {
        allowed = allowed.add(share.share)?;
        let room = members.mul(allowed)?;
        let start = taken;
        while let Some(size) = sizes.get(next) {
            let fits = Dec::int((taken + size) as i64) <= room;
            let short = taken - start < share.at_least as usize;
            if !fits && !short {
                break;
            }
            taken += size;
            next += 1;
        }
        cuts.push(taken);
    }
    Ok(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(texts: &[&str]) -> Vec<Option<Dec>> {
        texts.iter().map(|t| t.parse().ok()).collect()
    }

    fn share(percent: i64, at_least: u32, grade: &str) -> GradeShare {
        GradeShare { share: Dec::percent(percent), at_least, grade: grade.into() }
    }

    /// How many get each grade, the rest last.
    fn counts(scores: &[Option<Dec>], shares: &[GradeShare]) -> Vec<usize> {
        let grades = Ranking::new(scores, |_| Some(())).grades(scores, shares).unwrap();
        (0..=shares.len()).map(|g| grades.iter().filter(|x| **x == Some(g as u32)).count()).collect()
    }

    #[test]
    fn seven_people_top_20_next_70() {
        // 20% of 7 is 1.4: one; 90% is 6.3: six, so five more; one is left.
        let seven = scores(&["70", "60", "50", "40", "30", "20", "10"]);
        assert_eq!(counts(&seven, &[share(20, 0, "A"), share(70, 0, "B")]), [1, 5, 1]);
    }

    #[test]
    fn a_tie_at_the_top_gets_the_grade_together_or_not_at_all() {
        let tie = scores(&["70", "70", "50", "40", "30", "20", "10"]);
        assert_eq!(counts(&tie, &[share(20, 0, "A"), share(70, 0, "B")]), [0, 6, 1]);
        assert_eq!(counts(&tie, &[share(20, 1, "A"), share(70, 0, "B")]), [2, 4, 1]);
    }

    #[test]
    fn a_share_that_is_reached_exactly_is_full() {
        let five = scores(&["5", "4", "3", "2", "1"]);
        assert_eq!(counts(&five, &[share(20, 0, "A"), share(60, 0, "B")]), [1, 3, 1]);
        assert_eq!(counts(&five, &[share(19, 0, "A"), share(60, 0, "B")]), [0, 3, 2]);
        assert_eq!(counts(&five, &[share(100, 0, "A")]), [5, 0]);
    }

    #[test]
    fn at_least_goes_on_by_whole_ties_and_ends_with_the_group() {
        let five = scores(&["5", "4", "4", "2", "1"]);
        assert_eq!(counts(&five, &[share(10, 2, "A")]), [3, 2]);
        assert_eq!(counts(&scores(&["5"]), &[share(10, 2, "A")]), [1, 0]);
        assert_eq!(counts(&[], &[share(10, 2, "A")]), [0, 0]);
    }

    #[test]
    fn incomplete_cards_are_not_in_the_group() {
        // Five have a score: 20% of five is one.
        let some = scores(&["-", "5", "4", "-", "3", "2", "1"]);
        assert_eq!(counts(&some, &[share(20, 0, "A")]), [1, 4]);
        let ranks = Ranking::new(&some, |_| Some(())).ranks(&some);
        assert_eq!(ranks, [None, Some(1), Some(2), None, Some(3), Some(4), Some(5)]);
    }

    #[test]
    fn equal_scores_share_the_better_rank() {
        let some = scores(&["80", "90", "80", "70"]);
        assert_eq!(Ranking::new(&some, |_| Some(())).ranks(&some), [Some(2), Some(1), Some(2), Some(4)]);
    }

    #[test]
    fn groups_are_ranked_apart() {
        let some = scores(&["80", "90", "70", "60", "1"]);
        let groups = [Some(0), Some(1), Some(0), Some(1), None];
        let ranking = Ranking::new(&some, |place| groups[place]);
        assert_eq!(ranking.ranks(&some), [Some(1), Some(1), Some(2), Some(2), None]);
        // Half of two is one in each group.
        let grades = ranking.grades(&some, &[share(50, 0, "A")]).unwrap();
        assert_eq!(grades, [Some(0), Some(0), Some(1), Some(1), None]);
    }
}
