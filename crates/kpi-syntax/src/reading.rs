//! A text as the parser sees it before the grammar does, for tools that write policies anew: nothing of it is lost.

use kpi_base::FileId;

use crate::layout::lay_out;
use crate::text::{Chinese, Comment, read_text};

/// What stands in a text. All places are bytes of [`Reading::text`].
#[derive(Clone, Debug)]
pub struct Reading {
    /// The text without its comments and trailing carriage returns, its lines where they were; full-width punctuation
    /// outside of strings, names in backticks and the grids of tests is half-width, and words of the language are in English.
    pub text: String,
    /// The same text as the grammar reads it: a line break that ends no member is a space. Of the same length as
    /// [`Reading::text`] if the text has no errors.
    pub laid_out: String,
    /// The comments, in order. Each stood where nothing but spaces follows on its line.
    pub comments: Vec<Comment>,
    /// The lines of grids in tests, whose cells are raw: start and end, indentation included.
    pub grids: Vec<(usize, usize)>,
    /// The Chinese words that stand in English in the text, in order.
    pub chinese: Vec<Chinese>,
    /// Where declarations begin: words in column 0.
    pub items: Vec<usize>,
}

/// Reads a text without parsing it. What is wrong with it is for [`parse`](crate::parse) to say.
pub fn read(text: &str) -> Reading {
    let mut unheard = Vec::new();
    let mut source = read_text(FileId(0), text, &mut unheard);
    let text = source.text.clone();
    let layout = lay_out(&mut source, &mut unheard);
    let items = layout.items.iter().map(|item| item.start).collect();
    Reading {
        text,
        laid_out: source.text,
        comments: source.comments,
        grids: source.grids,
        chinese: source.chinese,
        items,
    }
}
