//! The catalogues of translated texts: `messages/zh/NAME.toml`, each `"English template" = "中文模板"`.

/// The Chinese catalogues, by name: one for each room that has something to say.
pub const CHINESE: &[(&str, &str)] = &[
    ("base", include_str!("../messages/zh/base.toml")),
    ("syntax", include_str!("../messages/zh/syntax.toml")),
    ("check", include_str!("../messages/zh/check.toml")),
    ("reach", include_str!("../messages/zh/reach.toml")),
    ("tables", include_str!("../messages/zh/tables.toml")),
    ("lints", include_str!("../messages/zh/lints.toml")),
    ("prove", include_str!("../messages/zh/prove.toml")),
    ("score", include_str!("../messages/zh/score.toml")),
    ("ide_words", include_str!("../messages/zh/ide_words.toml")),
    ("ide_show", include_str!("../messages/zh/ide_show.toml")),
    ("entries", include_str!("../messages/zh/entries.toml")),
    ("tests", include_str!("../messages/zh/tests.toml")),
    ("impact", include_str!("../messages/zh/impact.toml")),
    ("engine", include_str!("../messages/zh/engine.toml")),
    ("report", include_str!("../messages/zh/report.toml")),
    ("cli", include_str!("../messages/zh/cli.toml")),
    ("ci", include_str!("../messages/zh/ci.toml")),
    ("ide", include_str!("../messages/zh/ide.toml")),
    ("ide_nav", include_str!("../messages/zh/ide_nav.toml")),
    ("lsp", include_str!("../messages/zh/lsp.toml")),
    ("diff", include_str!("../messages/zh/diff.toml")),
];
