//! Columns that stay aligned whatever the script.

use unicode_width::UnicodeWidthStr;

use crate::look::{Look, Tone};

/// A table of cells.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    columns: Vec<(String, Side)>,
    rows: Vec<Vec<Cell>>,
}

/// To which side a column leans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub text: String,
    pub tone: Tone,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: Tone::Plain }
    }

    pub fn toned(text: impl Into<String>, tone: Tone) -> Cell {
        Cell { text: text.into(), tone }
    }
}

impl Grid {
    pub fn column(&mut self, title: impl Into<String>, side: Side) {
        self.columns.push((title.into(), side));
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Header, rule and rows, each line indented by two spaces. Columns in which no cell has a text are left out.
    pub fn render(&self, look: Look, out: &mut String) {
        let used = |i: usize| self.rows.iter().any(|row| row.get(i).is_some_and(|c| !c.text.is_empty()));
        let columns = self.columns.iter().enumerate().filter(|(i, _)| used(*i));
        let columns: Vec<_> = columns
            .map(|(i, (title, side))| {
                let cells = self.rows.iter().filter_map(|row| row.get(i)).map(|c| c.text.width());
                (i, title.as_str(), *side, cells.max().unwrap_or_default().max(title.width()))
            })
            .collect();
        let mut line = Line::new(look);
        for &(_, title, side, width) in &columns {
            line.cell(title, Tone::Title, side, width);
        }
        line.end(out);
        for &(_, _, side, width) in &columns {
            line.cell(&"─".repeat(width), Tone::Faint, side, width);
        }
        line.end(out);
        for row in &self.rows {
            for &(i, _, side, width) in &columns {
                let (text, tone) = row.get(i).map_or(("", Tone::Plain), |c| (&c.text, c.tone));
                line.cell(text, tone, side, width);
            }
            line.end(out);
        }
    }
}

/// A line being written; what would be blanks at its end is never written.
struct Line {
    look: Look,
    text: String,
    blanks: usize,
}

impl Line {
    fn new(look: Look) -> Line {
        Line { look, text: String::new(), blanks: 2 }
    }

    fn cell(&mut self, text: &str, tone: Tone, side: Side, width: usize) {
        let room = width.saturating_sub(text.width());
        let (before, after) = if side == Side::Right { (room, 0) } else { (0, room) };
        self.blanks += before;
        if text.is_empty() {
            self.blanks += after + 2;
            return;
        }
        self.text.extend(std::iter::repeat_n(' ', self.blanks));
        self.text.push_str(&self.look.paint(tone, text));
        self.blanks = after + 2;
    }

    fn end(&mut self, out: &mut String) {
        out.push_str(&self.text);
        out.push('\n');
        self.text.clear();
        self.blanks = 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice_and_no_line_ends_in_blanks() {
        let mut grid = Grid::default();
        grid.column("subject", Side::Left);
        grid.column("GMV 达成率", Side::Right);
        grid.column("never", Side::Left);
        grid.column("grade", Side::Left);
        let row = |a: &str, b: &str, c: &str| vec![Cell::new(a), Cell::new(b), Cell::new(""), Cell::new(c)];
        grid.row(row("张三", "104.2%", "优秀"));
        grid.row(row("Ann", "", ""));
        grid.row(row("李四光", "7%", "B"));
        let mut out = String::new();
        grid.render(Look::default(), &mut out);
        insta::assert_snapshot!(out, @r"
          subject  GMV 达成率  grade
          ───────  ──────────  ─────
          张三         104.2%  优秀
          Ann
          李四光           7%  B
        ");
    }
}
