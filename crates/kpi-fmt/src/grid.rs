//! Grids: cells between bars, each column as wide as its widest cell.

use unicode_width::UnicodeWidthStr;

use crate::write::Line;

/// A row of a grid.
#[derive(Clone, Debug)]
pub(crate) struct GridRow {
    /// The cells; the first stands before the first bar.
    pub cells: Vec<String>,
    /// Whether it is the first row of a table.
    pub head: bool,
    /// Whether it stands in a test, where a name begins a table.
    pub raw: bool,
}

impl GridRow {
    /// A line of a test's grid; its cells are as they stand, spaces around them aside.
    pub fn of_test(line: &str) -> GridRow {
        let mut cells: Vec<String> = line.split(['|', '｜']).map(|cell| cell.trim().to_owned()).collect();
        // Nothing stands behind the last bar.
        cells.pop();
        let head = cells.first().is_some_and(|name| !name.is_empty());
        GridRow { cells, head, raw: true }
    }
}

/// Pads the cells of the grids of a block. The names of tables that follow each other are one column.
pub(crate) fn pad_grids(lines: &mut [Line]) {
    let mut from = 0;
    while from < lines.len() {
        let run = lines.iter().skip(from).enumerate().take_while(|(i, line)| {
            (line.grid.is_some() && (*i == 0 || !line.blank)) || (*i > 0 && !line.blank && line.text.starts_with("//"))
        });
        let length = run.count();
        if let Some(run) = lines.get_mut(from..from + length) {
            pad_run(run);
        }
        from += length.max(1);
    }
}

fn pad_run(lines: &mut [Line]) {
    let names = lines.iter().filter_map(|line| line.grid.as_ref()?.cells.first());
    let name = names.map(|name| name.width()).max().unwrap_or(0);
    let mut lines = lines.iter_mut().filter(|line| line.grid.is_some()).peekable();
    while let Some(first) = lines.next() {
        let mut table = vec![first];
        while let Some(line) = lines.next_if(|line| line.grid.as_ref().is_some_and(|row| !(row.raw && row.head))) {
            table.push(line);
        }
        pad_table(&mut table, name);
    }
}

fn pad_table(table: &mut [&mut Line], name: usize) {
    let cells = |line: &Line, column: usize| line.grid.as_ref().and_then(|row| row.cells.get(column).cloned());
    let count = table.iter().filter_map(|line| line.grid.as_ref()).map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns: Vec<(usize, bool)> = Vec::with_capacity(count);
    for column in 1..count {
        let texts: Vec<String> = table.iter().filter_map(|line| cells(line, column)).collect();
        let width = texts.iter().map(|text| text.width()).max().unwrap_or(0);
        let values = || texts.iter().skip(1).filter(|text| !text.is_empty());
        columns.push((width, values().next().is_some() && values().all(|text| text == "-" || is_number(text))));
    }
    for line in table.iter_mut() {
        let Some(row) = line.grid.take() else { continue };
        let mut cells = row.cells.into_iter();
        let first = cells.next().unwrap_or_default();
        let mut text = first.clone();
        text.extend(std::iter::repeat_n(' ', name - first.width() + usize::from(name > 0)));
        text.push('|');
        for (cell, (width, right)) in cells.zip(&columns) {
            let padding = " ".repeat(width - cell.width());
            let (before, behind) = if *right { (padding.as_str(), "") } else { ("", padding.as_str()) };
            text.push_str(&format!(" {before}{cell}{behind} |"));
        }
        line.text = text;
    }
}

/// Whether a cell is a number with nothing but a unit.
fn is_number(cell: &str) -> bool {
    const UNITS: &[&str] = &[
        "", "%", "pp", "k", "万", "亿", "s", "秒", "min", "分钟", "h", "小时", "d", "天", "元", "万元", "亿元", "k元",
    ];
    let cell = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let cell = cell.strip_prefix(['¥', '￥']).unwrap_or(cell);
    let digits = cell.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = cell.split_at_checked(digits).unwrap_or_default();
    let unit = match unit.split_once(' ') {
        Some((unit, currency)) if currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()) => unit,
        Some(_) => return false,
        None => unit,
    };
    number.starts_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&unit)
}
