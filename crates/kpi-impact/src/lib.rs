//! Whom a change of a policy moves.
//!
//! [`compare`] takes what two versions of a policy found over the same data and says who gains and who loses: score, grade, vetoes,
//! rules, pay; the budget before and after; how scores are spread. [`attribute`] tells what each of several changes has done to it, from
//! runs of versions with some of the changes. [`Condition`] judges a limit on the outcome, such as `pay_total > +2%`. [`Names`] stand for
//! people where their own names must not be shown.
//!
//! It runs no policy, reads no files and renders nothing. Start with `compare`.

mod amounts;
mod attribution;
mod brackets;
mod condition;
mod figures;
mod moves;
mod names;
mod pairs;
mod spread;

pub use amounts::amounts_of;
pub use attribution::{Attribution, Measured, Part, attribute};
pub use brackets::{Crossed, Crossing};
pub use condition::{Condition, Misread, Verdict};
pub use figures::{Figure, Figures, Unit};
pub use kpi_results::{Amounts, What};
pub use moves::{Became, Impact, Move, OfScorecard, Place, Renames, Standing, ToldRule, Transition, compare, moved};
pub use names::Names;
pub use pairs::Pair;
pub use spread::{Bin, Spread, hundredths};
