//! Changes as a page by itself.

use kpi_base::{Language, text};
use kpi_diff::{Became, Change};
use kpi_results::Equivalence;

use super::{MATTERS, Review, moved, place, say, sides, standings, summary, title_of, words};

const STYLE: &str = "body{font:15px/1.5 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}\
code{background:#f4f4f4;padding:0 .2rem}.added{color:#116329}.removed{color:#a40e26}.changed{color:#7d4e00}.faint{color:#666}";

/// A whole page, in one file, without scripts.
pub fn render_diff_html(review: &Review<'_>, language: Language) -> String {
    let Review { diff, versions, .. } = *review;
    let title = format!("kpi diff {} → {}", versions.base, versions.head);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>{STYLE}</style>\n<h1>{}</h1>\n<p>{}</p>\n",
        language.tag(),
        escape(&title),
        escape(&title),
        escape(&say(summary(diff), language))
    );
    for matter in MATTERS {
        let changes: Vec<&Change> = diff.of(matter).collect();
        if changes.is_empty() {
            continue;
        }
        if let Some(title) = title_of(matter) {
            out += &format!("<h2>{}</h2>\n", escape(&say(title, language)));
        }
        let heads = [text!("declaration"), text!("what"), text!("before"), text!("after")];
        let heads = heads.map(|head| format!("<th>{}</th>", escape(&say(head, language))));
        out += &format!("<table>\n<tr>{}</tr>\n", heads.concat());
        for group in changes.chunk_by(|a, b| a.declaration == b.declaration) {
            for change in group {
                out += &row(change, language);
            }
            if let Some(moved) = moved(group) {
                out += &format!("<tr><td></td><td colspan=3 class=faint>{}</td></tr>\n", escape(&say(moved, language)));
            }
        }
        out += "</table>\n";
    }
    out += &review.standings.map(|standings| standings_html(standings, language)).unwrap_or_default();
    out + "</html>\n"
}

fn standings_html(equivalence: &Equivalence, language: Language) -> String {
    if equivalence.results.is_empty() {
        return String::new();
    }
    let said = |text| escape(&say(text, language));
    let mut out = format!("<h2>{}</h2>\n<ul>\n", said(standings::title()));
    for group in standings::groups(equivalence) {
        let Some(one) = group.first() else { continue };
        out += &format!("<li>{} {}", standings::sign(one), said(standings::line(group)));
        if let Some(why) = standings::why(one) {
            out += &format!("<br><span class=faint>{}</span>", said(why));
        }
        if let Some(example) = &one.example {
            let (holds, test) = (said(standings::holds()), escape(&example.test));
            out += &format!("<details><summary>{holds}</summary><pre>{test}</pre></details>");
        }
        out += "</li>\n";
    }
    out + "</ul>\n"
}

fn row(change: &Change, language: Language) -> String {
    let class = match change.became {
        Became::Added => "added",
        Became::Removed => "removed",
        Became::Renamed | Became::Changed => "changed",
    };
    let (before, after) = sides(change);
    let code = |text: Option<String>| text.map(|text| format!("<code>{}</code>", escape(&text))).unwrap_or_default();
    format!(
        "<tr class={class}><td>{}<br><span class=faint>{}</span></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escape(&say(words(&change.declaration), language)),
        escape(&place(change)),
        escape(&change.member.clone().map(|member| say(member, language)).unwrap_or_default()),
        code(before),
        code(after)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
