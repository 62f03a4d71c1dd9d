//! Whether two files of scores agree.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;
use crate::exact::parse;

/// Compares `score`, and `total_pay` where both have it, by `subject` and `period`.
#[allow(clippy::print_stdout, reason = "what it prints is its result")]
pub fn compare(one: &Path, two: &Path) -> Result<(), Failure> {
    let (first, second) = (read(one)?, read(two)?);
    let pay = first.values().any(|cell| cell.1.is_some()) && second.values().any(|cell| cell.1.is_some());
    let mut differ = Vec::new();
    for key in first.keys().chain(second.keys()) {
        // The peer has no row where there are no events; kpi has a card without a score.
        let cell = |cards: &Cards| cards.get(key).copied().unwrap_or_default();
        let (a, b) = (cell(&first), cell(&second));
        let same = a.0 == b.0 && (!pay || a.1 == b.1);
        if !same {
            differ.push(format!("{key:?}: {a:?} and {b:?}"));
        }
    }
    match differ.first() {
        None => println!("  {} cards with the same score{}", first.len(), if pay { " and pay" } else { "" }),
        Some(example) => return Err(format!("{} cards differ, such as {example}", differ.len()).into()),
    }
    Ok(())
}

type Cards = BTreeMap<(String, String), (Option<i128>, Option<i128>)>;

/// Cells hold no commas in these files.
fn read(path: &Path) -> Result<Cards, Failure> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| header.iter().position(|h| *h == name);
    let (subject, period) = (place("subject").ok_or("no subject")?, place("period").ok_or("no period")?);
    let (score, pay) = (place("score").ok_or("no score")?, place("total_pay"));
    let mut cards = Cards::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        let number = |place: usize| Some(cell(place)).filter(|c| !c.is_empty()).and_then(parse);
        cards.insert((cell(subject).to_owned(), cell(period).to_owned()), (number(score), pay.and_then(number)));
    }
    Ok(cards)
}
