//! Columns: what begins with the same kind of head is padded to the widest.

use unicode_width::UnicodeWidthStr;

use crate::WIDTH;
use crate::block::Class;
use crate::write::Line;

/// A line at whose mark a column begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Which line.
    pub line: usize,
    pub class: Class,
    /// Whether more lines follow that belong to it: then it is the last of its run.
    pub alone: bool,
}

/// Pads the columns of a block: of members of one kind that follow each other directly, comments aside.
pub(crate) fn pad_columns(lines: &mut [Line], columns: &[Column]) {
    let mut run: Vec<Column> = Vec::new();
    for column in columns {
        let goes_on = run.last().is_some_and(|last| {
            let between = lines.get(last.line + 1..=column.line).unwrap_or_default();
            last.class == column.class
                && (column.class.throughout()
                    || !last.alone && between.iter().all(|line| !line.blank) && only_comments(between))
        });
        if !goes_on {
            pad_run(lines, &run);
            run.clear();
        }
        run.push(*column);
    }
    pad_run(lines, &run);
}

/// Whether all lines but the last are comments.
fn only_comments(lines: &[Line]) -> bool {
    lines.split_last().is_none_or(|(_, others)| others.iter().all(|line| line.text.starts_with("//")))
}

fn pad_run(lines: &mut [Line], run: &[Column]) {
    let head = |line: &Line| line.mark.and_then(|mark| line.text.get(..mark)).map_or(0, UnicodeWidthStr::width);
    let own = || run.iter().filter_map(|column| lines.get(column.line));
    let widest = own().map(head).max().unwrap_or(0);
    // A column that would not fit is none.
    let fits = own().all(|line| line.width() > WIDTH || line.width() + widest - head(line) <= WIDTH);
    for column in run {
        let Some(line) = lines.get_mut(column.line) else { continue };
        let missing = if fits { widest - head(line) } else { 0 };
        if let Some(mark) = line.mark.take() {
            line.text.insert_str(mark, &" ".repeat(missing));
        }
    }
}

/// The text of lines, with the comments of neighbours in one column.
pub(crate) fn join(lines: &[Line]) -> String {
    let mut out = String::with_capacity(lines.iter().map(|line| line.indent + line.text.len() + 1).sum());
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let fits = |(i, line): &(usize, &Line)| {
            line.comment.is_some() && (*i == 0 || !line.blank && line.indent == first.indent)
        };
        let run = rest.iter().enumerate().take_while(fits).count();
        let (commented, others) = rest.split_at(run.max(1));
        let column = if run > 1 { commented.iter().map(Line::width).max().unwrap_or(0) } else { first.width() };
        for line in commented {
            if line.blank {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n(' ', line.indent));
            out.push_str(&line.text);
            if let Some(comment) = &line.comment {
                out.extend(std::iter::repeat_n(' ', column - line.width() + 2));
                out.push_str(comment);
            }
            out.push('\n');
        }
        rest = others;
    }
    out
}
