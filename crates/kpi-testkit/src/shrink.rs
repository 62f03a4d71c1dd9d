//! Makes a failing case smaller while it still fails.

use crate::generate::Case;

/// The smallest case that can be reached by leaving out rows, members of declarations and whole declarations, one at a
/// time, and for which `fails` still says true; `fails` is asked at most `budget` times.
pub fn shrink(case: &Case, budget: usize, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    let mut left = budget;
    let mut attempt = |best: &mut Case, smaller: Case| {
        let better = left > 0 && {
            left -= 1;
            fails(&smaller)
        };
        if better {
            *best = smaller;
        }
        better
    };
    loop {
        let before = size(&best);
        for block in (0..best.blocks.len()).rev() {
            let mut smaller = best.clone();
            smaller.blocks.remove(block);
            if attempt(&mut best, smaller) {
                continue;
            }
            let members = best.blocks.get(block).map_or(0, |block| block.members.len());
            for member in (0..members).rev() {
                let mut smaller = best.clone();
                if let Some(block) = smaller.blocks.get_mut(block) {
                    block.members.remove(member);
                }
                attempt(&mut best, smaller);
            }
        }
        for table in 0..best.tables.len() {
            let rows = best.tables.get(table).map_or(0, |table| table.rows.len());
            for row in (0..rows).rev() {
                let mut smaller = best.clone();
                if let Some(table) = smaller.tables.get_mut(table) {
                    table.rows.remove(row);
                }
                attempt(&mut best, smaller);
            }
        }
        if size(&best) == before {
            return best;
        }
    }
}

fn size(case: &Case) -> usize {
    let blocks: usize = case.blocks.iter().map(|block| 1 + block.members.len()).sum();
    blocks + case.tables.iter().map(|table| table.rows.len()).sum::<usize>()
}
