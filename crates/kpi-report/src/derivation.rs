//! A derivation as a tree of text.

use std::fmt::Write;

use kpi_base::{Join, Language, Text, text};
use kpi_results::{Derivation, Step};

use crate::format::{seconds, show_quantity};
use crate::look::{Look, Tone};
use crate::{Money, Titles};

/// The derivation as a tree: each number with the numbers that it came from below it.
pub fn render_derivation(derivation: &Derivation, titles: &Titles, look: Look) -> String {
    let mut out = String::new();
    render_node(derivation, titles.money(), look, "", "", &mut out);
    out
}

fn render_node(node: &Derivation, money: &Money, look: Look, lead: &str, below: &str, out: &mut String) {
    let what = node.what.to(look.language);
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let tone = if matches!(node.step, Step::Card | Step::Line | Step::Pay | Step::Total | Step::Rule | Step::Veto) {
        Tone::Title
    } else {
        Tone::Plain
    };
    let value = node.value.as_ref().map(|q| look.say(show_exact(node.step, q, money, look.language)));
    let no_data = look.say(text!("no data"));
    let shown = value.as_deref().unwrap_or(&no_data);
    let _ = write!(out, "{}{}", look.paint(Tone::Faint, lead), look.paint(tone, &what));
    // A constant says its value already.
    if node.step != Step::Constant || what.is_empty() {
        let tone = if value.is_some() { Tone::Good } else { Tone::Warn };
        let _ = write!(out, " = {}", look.paint(tone, shown));
    }
    let mut remarks = Vec::new();
    if let Some(rows) = node.rows {
        remarks.push(if rows == 1 { text!("1 row") } else { text!("{n} rows", n = rows) });
    }
    if let Some(unknown) = node.unknown_rows.filter(|n| *n > 0) {
        remarks.push(text!("{n} left out as unknown", n = unknown));
    }
    let left_out = node.left_out.iter();
    remarks.extend(left_out.map(|out| text!("{n} left out: {label}", n = out.rows, label = out.label.as_str())));
    remarks.extend(node.note.clone());
    if !remarks.is_empty() {
        let _ = write!(
            out,
            "  {}",
            look.paint(Tone::Faint, &format!("({})", look.say(Text::list(remarks, Join::Semicolon))))
        );
    }
    out.push('\n');
    let last = node.from.len().saturating_sub(1);
    for (i, child) in node.from.iter().enumerate() {
        let (branch, rest) = if i == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        render_node(child, money, look, &format!("{below}{branch}"), &format!("{below}{rest}"), out);
    }
}

/// The value as people write it, and exactly: where digits were left out, all of them follow.
fn show_exact(step: Step, quantity: &kpi_results::Quantity, money: &Money, language: Language) -> Text {
    let shown = show_quantity(quantity, money, language);
    if step == Step::Rule {
        return match shown.as_str() {
            "fired" => text!("fired"),
            "not fired" => text!("not fired"),
            "not judged" => text!("not judged"),
            _ => Text::verbatim(shown),
        };
    }
    let Ok(number) = quantity.value.parse::<kpi_value::Dec>() else { return Text::verbatim(shown) };
    let exact = match quantity.unit.as_str() {
        "ratio" => crate::format::show_ratio(number, 12),
        "s" if number.abs() < kpi_value::Dec::int(60) => return seconds(number),
        "s" => return text!("{shown} ({exact})", shown, exact = seconds(number)),
        unit if unit == money.code => format!("{} {unit}", crate::show_amount(number, money)),
        "points" => return text!("{n} points", n = crate::format::show_plain(number)),
        _ => return Text::verbatim(crate::format::show_plain(number)),
    };
    Text::verbatim(if exact.len() > shown.len() { exact } else { shown })
}

#[cfg(test)]
mod tests;
