//! `textDocument/hover`: what is said of a name or word.

use kpi_base::{Language, text};
use kpi_ide::hover::{self, Page};
use kpi_ide::numbers;
use lsp_types::{Hover, HoverContents, HoverParams};

use super::Answer;
use crate::context::Context;
use crate::markup::content;

pub fn hover(context: &Context, params: HoverParams) -> Answer<Option<Hover>> {
    let Some(document) = &context.document else { return Ok(None) };
    let at = context.position(document, params.text_document_position_params.position);
    let Some(found) = hover::hover(&document.snapshot, at) else { return Ok(None) };
    let mut paragraphs: Vec<String> = found.paragraphs.iter().map(|text| context.say(text)).collect();
    if let Some(name) = found.declared.as_deref() {
        let figures = document.figures.iter().flat_map(|figures| numbers::paragraphs(name, figures));
        paragraphs.extend(figures.map(|text| context.say(&text)));
        let why = document.no_figures.as_ref().filter(|_| found.is_measured);
        paragraphs.extend(why.map(|why| context.say(&text!("*no new numbers: {why}*", why))));
    }
    paragraphs.extend(found.page.and_then(|page| more(context, page)));
    let range = context.range(&document.snapshot, found.span);
    let able = context.client.capabilities.text_document.as_ref().and_then(|text| text.hover.as_ref());
    let contents = content(able.and_then(|able| able.content_format.as_ref()), paragraphs.join("\n\n"));
    Ok(Some(Hover { contents: HoverContents::Markup(contents), range: Some(range) }))
}

/// The page of a code, or a link to the chapter of the reference where the user's house has put docs/reference: the setting
/// `kpi.reference` is its address.
fn more(context: &Context, page: Page) -> Option<String> {
    match page {
        Page::Code(code) => Some(code.page(context.language()).to_owned()),
        Page::Reference(chapter) => {
            let pages = context.settings.get("reference")?.as_str()?.trim_end_matches('/');
            let title = match context.language() {
                Language::English => "Reference",
                Language::Chinese => "参考手册",
            };
            Some(format!("[{title}]({pages}/{chapter}.md)"))
        }
    }
}
