//! What `kpi init` starts a project from: small projects in both languages, embedded in the binary.
//!
//! A template is one text for both languages. Where they differ, in labels, comments and headers of exports, it says
//! `⟦English|中文⟧`; the words of the language are spelt by the formatter. So the two cannot come apart.

use kpi_base::{Files, Language, SourceFile, Text, text};
use kpi_fmt::{DeclaredNames, Keywords, format_words};

use crate::args::TemplateName;

/// A project to start from.
pub(crate) struct Template {
    /// As one types it.
    pub name: &'static str,
    /// Each file, as its path below the project and its text with marks.
    files: &'static [(&'static str, &'static str)],
    /// A subject of the sample exports of whom there is something to explain.
    pub subject: &'static str,
}

/// The last month of every template's sample exports.
pub(crate) const PERIOD: &str = "2026-10";

macro_rules! template {
    ($name:literal, $subject:literal, [$($file:literal),+ $(,)?]) => {
        Template {
            name: $name,
            files: &[$(($file, include_str!(concat!("../../templates/", $name, "/", $file)))),+],
            subject: $subject,
        }
    };
}

const SHOP: Template = template!(
    "shop",
    "A02",
    ["kpi.toml", "policy/shop.kpi", "exports/staff.csv", "exports/orders-2026-10.csv", "exports/complaints.csv"]
);

const LIVE: Template = template!(
    "live",
    "S04",
    [
        "kpi.toml",
        "policy/live.kpi",
        "exports/team.csv",
        "exports/staff.csv",
        "exports/session-2026-09.csv",
        "exports/session-2026-10.csv",
        "exports/plan.csv",
        "exports/violation.csv",
    ]
);

const DOUYIN: Template = template!(
    "douyin",
    "S03",
    [
        "kpi.toml",
        "policy/douyin.kpi",
        "exports/staff.csv",
        "exports/video-2026-09.csv",
        "exports/video-2026-10.csv",
        "exports/ads-2026-09.csv",
        "exports/ads-2026-10.csv",
    ]
);

const OPS: Template = template!(
    "ops",
    "S04",
    [
        "kpi.toml",
        "policy/ops.kpi",
        "exports/staff.csv",
        "exports/content-2026-09.csv",
        "exports/content-2026-10.csv",
        "exports/task-2026-09.csv",
        "exports/task-2026-10.csv",
        "exports/chat-2026-09.csv",
        "exports/chat-2026-10.csv",
        "exports/rating.csv",
    ]
);

const LIBRARY: Template = template!(
    "library",
    "S06",
    [
        "kpi.toml",
        "policy/library.kpi",
        "exports/staff.csv",
        "exports/user.csv",
        "exports/orders-2026-09.csv",
        "exports/orders-2026-10.csv",
        "exports/goods.csv",
        "exports/campaign.csv",
    ]
);

const PRIVATE_DOMAIN: Template = template!(
    "private-domain",
    "S03",
    [
        "kpi.toml",
        "policy/community.kpi",
        "exports/staff.csv",
        "exports/member.csv",
        "exports/article-2026-09.csv",
        "exports/article-2026-10.csv",
        "exports/service-2026-09.csv",
        "exports/service-2026-10.csv",
        "exports/orders-2026-09.csv",
        "exports/orders-2026-10.csv",
    ]
);

impl TemplateName {
    /// The project that is meant.
    pub(crate) const fn template(self) -> &'static Template {
        match self {
            TemplateName::Shop => &SHOP,
            TemplateName::Live => &LIVE,
            TemplateName::Douyin => &DOUYIN,
            TemplateName::Ops => &OPS,
            TemplateName::Library => &LIBRARY,
            TemplateName::PrivateDomain => &PRIVATE_DOMAIN,
        }
    }

    /// For whom the project is.
    pub(crate) fn about(self) -> Text {
        match self {
            TemplateName::Shop => text!("sellers of a shop: the smallest"),
            TemplateName::Live => text!("hosts of a live-commerce team"),
            TemplateName::Douyin => text!("editors and media buyers of a Douyin account"),
            TemplateName::Ops => text!("operations assistants"),
            TemplateName::Library => text!("user, merchandise and campaign operations"),
            TemplateName::PrivateDomain => text!("operators of private-domain communities"),
        }
    }
}

impl Template {
    /// The paths of the files, below the project.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|(path, _)| *path)
    }

    /// Each file with its text in a language.
    pub(crate) fn files(&self, language: Language) -> Vec<(&'static str, String)> {
        let file = |(path, marked): &(&'static str, &str)| {
            let text = choose(marked, language);
            (*path, if path.ends_with(".kpi") { spell(text, language) } else { text })
        };
        self.files.iter().map(file).collect()
    }
}

/// Takes one side of each `⟦English|中文⟧`.
fn choose(marked: &str, language: Language) -> String {
    let mut text = String::with_capacity(marked.len());
    let mut rest = marked;
    while let Some((before, behind)) = rest.split_once('⟦') {
        let (pair, after) = behind.split_once('⟧').unwrap_or((behind, ""));
        let (english, chinese) = pair.split_once('|').unwrap_or((pair, pair));
        text.push_str(before);
        text.push_str(if language == Language::Chinese { chinese } else { english });
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Spells the words of the language, and lays the text out anew, since labels have other widths.
fn spell(text: String, language: Language) -> String {
    let keywords = if language == Language::Chinese { Keywords::Chinese } else { Keywords::English };
    let mut names = DeclaredNames::default();
    names.add(&text);
    let file = Files::new().add(SourceFile::new("policy.kpi", &text));
    // A text that the formatter leaves alone is one with errors; the tests of the templates find it.
    format_words(file, &text, keywords, &names).unwrap_or(text)
}
