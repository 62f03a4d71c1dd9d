//! Blocks of a report, and the forms in which they are written.

use crate::Look;
use crate::findings::escape_cell;
use crate::grid::{Cell, Grid, Side};
use crate::look::Tone;

/// A part of a report.
pub(crate) enum Block {
    Heading(String),
    Line(String),
    /// Titles of columns, and rows; all but the first column lean to the right.
    Table(Vec<String>, Vec<Vec<String>>),
    /// Lines whose blanks count.
    Code(Vec<String>),
}

pub(crate) fn text(blocks: &[Block], look: Look) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading(text) => out += &format!("\n{}\n", look.paint(Tone::Title, text)),
            Block::Line(text) => out += &format!("\n  {text}\n"),
            Block::Table(titles, rows) => {
                let mut grid = Grid::default();
                for (n, title) in titles.iter().enumerate() {
                    grid.column(title.as_str(), if n == 0 { Side::Left } else { Side::Right });
                }
                for row in rows {
                    grid.row(row.iter().map(Cell::new).collect());
                }
                out.push('\n');
                grid.render(look, &mut out);
            }
            Block::Code(lines) => {
                for line in lines {
                    out += &format!("     {}\n", look.paint(Tone::Faint, line));
                }
            }
        }
    }
    out
}

pub(crate) fn markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading(text) => out += &format!("\n### {}\n", escape_cell(text)),
            Block::Line(text) => out += &format!("\n{}\n", escape_cell(text)),
            Block::Table(titles, rows) => {
                let line = |cells: &[String]| {
                    let cells: Vec<String> = cells.iter().map(|cell| escape_cell(cell)).collect();
                    format!("| {} |\n", cells.join(" | "))
                };
                let rule: Vec<&str> = (0..titles.len()).map(|n| if n == 0 { ":--" } else { "--:" }).collect();
                out += &format!("\n{}|{}|\n", line(titles), rule.join("|"));
                for row in rows {
                    let mut row = row.clone();
                    row.resize(titles.len(), String::new());
                    out += &line(&row);
                }
            }
            Block::Code(lines) if lines.is_empty() => {}
            Block::Code(lines) => {
                out += &format!("\n```text\n{}\n```\n", lines.join("\n").replace("```", "'''"));
            }
        }
    }
    out
}

pub(crate) fn html(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading(text) => out += &format!("<h2>{}</h2>\n", escape(text)),
            Block::Line(text) => out += &format!("<p>{}</p>\n", escape(text)),
            Block::Table(titles, rows) => {
                let line = |tag: &str, cells: &[String]| {
                    let cells = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell)));
                    format!("<tr>{}</tr>\n", cells.collect::<String>())
                };
                out += &format!("<table>\n{}", line("th", titles));
                rows.iter().for_each(|row| out += &line("td", row));
                out += "</table>\n";
            }
            Block::Code(lines) if lines.is_empty() => {}
            Block::Code(lines) => out += &format!("<pre>{}</pre>\n", escape(&lines.join("\n"))),
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
