//! Random policies, as the text that an author would write, with data that sit on their boundaries.
//!
//! A [`Case`] is made from a seed and a size and from nothing else. Its policy is meant to pass `check`: types, units,
//! tables and weights are right by construction. [`Case::tags`] names the constructs that it uses, so that a run can say
//! how often each was tried.

mod cards;
mod formulas;
mod indicators;
mod payouts;
mod rng;
mod rows;
mod schema;
mod special;
mod views;
mod wild;

use std::collections::BTreeSet;
use std::fmt::Write as _;

pub use rng::Rng;
pub use schema::{RosterTime, Schema};
pub use wild::Wild;

/// A policy and data for it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it was made from.
    pub seed: u64,
    /// The declarations of the policy.
    pub blocks: Vec<Block>,
    /// The data, in the order of the declarations.
    pub tables: Vec<Csv>,
    /// The first period judged, as it is written.
    pub from: String,
    /// The last period judged.
    pub to: String,
    /// The constructs that the policy uses.
    pub tags: BTreeSet<&'static str>,
}

/// One declaration.
#[derive(Clone, Debug)]
pub struct Block {
    /// The lines before the members, or the whole of a short one.
    pub head: String,
    /// Its members; each may be left out to see whether it matters.
    pub members: Vec<String>,
    /// The line that closes it; empty for a short one.
    pub tail: String,
}

/// One table of data.
#[derive(Clone, Debug)]
pub struct Csv {
    /// The table of the policy.
    pub table: &'static str,
    /// Its headers.
    pub header: Vec<&'static str>,
    /// Its cells; an empty one is missing.
    pub rows: Vec<Vec<String>>,
}

impl Case {
    /// The case of a seed; `size` is 1 for a small policy with few rows, 4 for a large one.
    pub fn generate(seed: u64, size: u32) -> Case {
        Generator::new(seed, size).case()
    }

    /// The text of the policy.
    pub fn policy(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            let _ = writeln!(out, "{}", block.head);
            for member in &block.members {
                let _ = writeln!(out, "  {member}");
            }
            if !block.tail.is_empty() {
                let _ = writeln!(out, "{}", block.tail);
            }
            out.push('\n');
        }
        out
    }
}

impl Block {
    /// A declaration with members in braces.
    fn braces(head: impl Into<String>, members: Vec<String>) -> Block {
        Block { head: format!("{} {{", head.into()), members, tail: "}".into() }
    }

    /// A declaration of one line.
    fn line(text: impl Into<String>) -> Block {
        Block { head: text.into(), members: Vec::new(), tail: String::new() }
    }
}

impl Csv {
    /// The table as a CSV file.
    pub fn text(&self) -> String {
        let mut out = self.header.join(",");
        out.push('\n');
        for row in &self.rows {
            out.push_str(&row.join(","));
            out.push('\n');
        }
        out
    }
}

/// What grows into a case.
struct Generator {
    seed: u64,
    size: u32,
    rng: Rng,
    schema: Schema,
    tags: BTreeSet<&'static str>,
    /// Declarations of parameters, functions and curves that formulas have asked for.
    asked: Vec<(String, Block)>,
    blocks: Vec<Block>,
    indicators: Vec<indicators::Made>,
    cards: Vec<cards::MadeCard>,
    /// Whether scorecards may be split into stints.
    split: bool,
    /// In which periods the indicator that is being made is judged.
    judged: indicators::Judged,
}

impl Generator {
    fn new(seed: u64, size: u32) -> Generator {
        let mut rng = Rng::new(seed);
        let schema = Schema::choose(&mut rng);
        let split = rng.chance(55);
        Generator {
            split,
            seed,
            size,
            rng,
            schema,
            tags: BTreeSet::new(),
            asked: Vec::new(),
            blocks: Vec::new(),
            indicators: Vec::new(),
            cards: Vec::new(),
            judged: indicators::Judged::Whole,
        }
    }

    fn case(mut self) -> Case {
        let mut blocks = self.declare_schema();
        self.make_indicators();
        self.make_special();
        self.make_cards();
        self.make_incentives();
        self.make_rules();
        let tables = self.make_rows();
        blocks.extend(std::mem::take(&mut self.asked).into_iter().map(|(_, block)| block));
        blocks.append(&mut self.blocks);
        let (from, to) = self.schema.judged();
        Case { seed: self.seed, blocks, tables, from, to, tags: self.tags }
    }

    fn tag(&mut self, construct: &'static str) {
        self.tags.insert(construct);
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.chance(percent)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        self.rng.pick(from)
    }

    /// Declares a parameter, function or curve once.
    fn ask(&mut self, name: &str, block: impl FnOnce(&mut Generator) -> Block) {
        if !self.asked.iter().any(|(asked, _)| asked == name) {
            let block = block(self);
            self.asked.push((name.to_owned(), block));
        }
    }
}
