//! The value stage: facts to results, exact and column by column.

mod cards;
mod pay;
mod rules;
