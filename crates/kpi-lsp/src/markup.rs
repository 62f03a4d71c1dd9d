//! What is said in Markdown, for clients that show it and for those that do not.

use lsp_types::{Documentation, MarkupContent, MarkupKind};

/// What a hover says, in a format that the client can show; one that has named none shows Markdown.
pub fn content(formats: Option<&Vec<MarkupKind>>, markdown: String) -> MarkupContent {
    if formats.is_none_or(|formats| formats.contains(&MarkupKind::Markdown)) {
        return MarkupContent { kind: MarkupKind::Markdown, value: markdown };
    }
    MarkupContent { kind: MarkupKind::PlainText, value: plain(&markdown) }
}

/// Documentation in a format that the client can show; one that has named none gets plain text.
pub fn documentation(formats: Option<&Vec<MarkupKind>>, markdown: String) -> Documentation {
    if formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)) {
        return Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: markdown });
    }
    Documentation::String(plain(&markdown))
}

/// Without the signs that what is said of names has; lists, tables and links read well enough as they are.
fn plain(markdown: &str) -> String {
    markdown.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_names_no_format_gets_plain_text() {
        let said = || "**新手期** · `startup`".to_owned();
        let plain = Documentation::String("新手期 · startup".to_owned());
        assert_eq!(documentation(None, said()), plain);
        assert_eq!(documentation(Some(&vec![MarkupKind::PlainText]), said()), plain);
        assert_eq!(content(Some(&vec![MarkupKind::PlainText]), said()).value, "新手期 · startup");
        assert_eq!(content(None, said()).kind, MarkupKind::Markdown);
        let both = vec![MarkupKind::PlainText, MarkupKind::Markdown];
        assert!(matches!(documentation(Some(&both), said()), Documentation::MarkupContent(m) if m.value == said()));
    }
}
