//! A unified diff of two texts.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

/// How many lines of context a change has.
const CONTEXT: usize = 3;
/// From this many changed lines on, what lies between the first and the last change is shown as replaced.
const MOST_CHANGES: usize = 2_000;

/// The unified diff of a file, empty if the texts are equal; with colours if a terminal shows it.
pub fn render_diff(path: &str, before: &str, after: &str, colour: bool) -> String {
    if before == after {
        return String::new();
    }
    let style = |style: Style| if colour { style } else { Style::new() };
    let bold = style(Style::new().bold());
    let (red, green) = (style(AnsiColor::Red.on_default()), style(AnsiColor::Green.on_default()));
    let cyan = style(AnsiColor::Cyan.on_default());
    let (a, b): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let edits = compare(&a, &b);
    let mut out = String::new();
    let _ = write!(out, "{bold}--- {path}{bold:#}\n{bold}+++ {path}{bold:#}\n");
    for hunk in hunks(&edits) {
        let hunk = edits.get(hunk).unwrap_or_default();
        let count = |sign: char| hunk.iter().filter(|edit| edit.sign == sign || edit.sign == ' ').count();
        let (from, to) = hunk.first().map_or((0, 0), |edit| (edit.before + 1, edit.after + 1));
        let _ = writeln!(out, "{cyan}@@ -{from},{} +{to},{} @@{cyan:#}", count('-'), count('+'));
        for edit in hunk {
            let style = match edit.sign {
                '-' => red,
                '+' => green,
                _ => Style::new(),
            };
            let line = edit.line.strip_suffix('\n').unwrap_or(edit.line);
            let _ = writeln!(out, "{style}{}{line}{style:#}", edit.sign);
            if !edit.line.ends_with('\n') {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// A line that stays, goes or comes, and how many lines of each text are before it.
#[derive(Clone, Copy)]
struct Edit<'a> {
    sign: char,
    line: &'a str,
    before: usize,
    after: usize,
}

/// The stretches of edits around changes.
fn hunks(edits: &[Edit<'_>]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in edits.iter().enumerate().filter(|(_, edit)| edit.sign != ' ') {
        let end = (at + CONTEXT + 1).min(edits.len());
        match hunks.last_mut().filter(|hunk| at <= hunk.end + CONTEXT) {
            Some(hunk) => hunk.end = end,
            None => hunks.push(at.saturating_sub(CONTEXT)..end),
        }
    }
    hunks
}

fn compare<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Edit<'a>> {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (middle_a, middle_b) = (a.get(same_start..).unwrap_or_default(), b.get(same_start..).unwrap_or_default());
    let same_end = middle_a.iter().rev().zip(middle_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let middle_a = middle_a.get(..middle_a.len() - same_end).unwrap_or_default();
    let middle_b = middle_b.get(..middle_b.len() - same_end).unwrap_or_default();
    let mut signs = vec![' '; same_start];
    signs.extend(shortest(middle_a, middle_b));
    signs.extend(std::iter::repeat_n(' ', same_end));
    let (mut before, mut after) = (0, 0);
    let mut edits = Vec::with_capacity(signs.len());
    for sign in signs {
        let line = if sign == '+' { b.get(after) } else { a.get(before) };
        edits.push(Edit { sign, line: line.copied().unwrap_or_default(), before, after });
        before += usize::from(sign != '+');
        after += usize::from(sign != '-');
    }
    edits
}

/// The shortest script from one text to another (E. Myers, "An O(ND) Difference Algorithm", 1986).
fn shortest(a: &[&str], b: &[&str]) -> Vec<char> {
    let most = (a.len() + b.len()).min(MOST_CHANGES);
    // For each number of changes d, the furthest line of `a` reached on the diagonals -d, -d + 2, … d.
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let reached = |round: &[usize], d: usize, diagonal: isize| -> Option<usize> {
        let at = diagonal + d as isize;
        (at >= 0 && at % 2 == 0).then(|| round.get(at as usize / 2).copied()).flatten()
    };
    // Where a step onto a diagonal comes from: from above (a line of `b` comes) or from the left (one of `a` goes).
    let origin = |rounds: &[Vec<usize>], d: usize, diagonal: isize| -> (bool, usize) {
        let Some(last) = d.checked_sub(1).and_then(|d| rounds.get(d)) else { return (true, 0) };
        let (up, left) = (reached(last, d - 1, diagonal + 1), reached(last, d - 1, diagonal - 1));
        match (up, left) {
            (Some(up), Some(left)) if left < up => (true, up),
            (Some(up), None) => (true, up),
            (_, left) => (false, left.map_or(0, |x| x + 1)),
        }
    };
    for d in 0..=most {
        let mut round = Vec::with_capacity(d + 1);
        for step in 0..=d {
            let diagonal = 2 * step as isize - d as isize;
            let (_, mut x) = origin(&rounds, d, diagonal);
            let mut y = (x as isize - diagonal).max(0) as usize;
            while let (Some(left), Some(right)) = (a.get(x), b.get(y)) {
                if left != right {
                    break;
                }
                (x, y) = (x + 1, y + 1);
            }
            round.push(x);
            if x >= a.len() && y >= b.len() {
                rounds.push(round);
                return walk_back(&rounds, a.len(), b.len(), origin);
            }
        }
        rounds.push(round);
    }
    std::iter::repeat_n('-', a.len()).chain(std::iter::repeat_n('+', b.len())).collect()
}

fn walk_back(
    rounds: &[Vec<usize>],
    mut x: usize,
    mut y: usize,
    origin: impl Fn(&[Vec<usize>], usize, isize) -> (bool, usize),
) -> Vec<char> {
    let mut signs = Vec::new();
    for d in (0..rounds.len()).rev() {
        let diagonal = x as isize - y as isize;
        let (down, start) = origin(rounds, d, diagonal);
        while x > start && y > 0 {
            signs.push(' ');
            (x, y) = (x - 1, y - 1);
        }
        if d == 0 {
            while x > 0 && y > 0 {
                signs.push(' ');
                (x, y) = (x - 1, y - 1);
            }
        } else if down {
            signs.push('+');
            y = y.saturating_sub(1);
        } else {
            signs.push('-');
            x = x.saturating_sub(1);
        }
    }
    signs.reverse();
    signs
}
