//! The standard library: the modules of `stdlib/`, written in the language and embedded in the binary.
//!
//! [`load`] brings the modules that a package uses into it, whoever gathers its files: the command line, the language
//! server, the tests. A module is text like any other, so that findings and explanations lead into it; what a policy
//! leaves unused of it is no finding.
//!
//! [`described`] says what there is in it, for `kpi std` and for [`pages`], the pages of docs/library.

mod describe;
mod pages;

pub use describe::{Column, Described, Example, Kind, Taken, described};
pub use pages::pages;

use kpi_base::codes::names::UNKNOWN_MODULE;
use kpi_base::{Diagnostic, Files, Join, SourceFile, Span, Text, text};
use kpi_syntax::ast;

/// A module of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name as `use` writes it.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Every module, by name.
pub const MODULES: &[Module] = &[
    Module { name: "std.campaign", text: include_str!("../../../stdlib/campaign.kpi") },
    Module { name: "std.commerce", text: include_str!("../../../stdlib/commerce.kpi") },
    Module { name: "std.data_ops", text: include_str!("../../../stdlib/data_ops.kpi") },
    Module { name: "std.live", text: include_str!("../../../stdlib/live.kpi") },
    Module { name: "std.media", text: include_str!("../../../stdlib/media.kpi") },
    Module { name: "std.merchandise", text: include_str!("../../../stdlib/merchandise.kpi") },
    Module { name: "std.payout", text: include_str!("../../../stdlib/payout.kpi") },
    Module { name: "std.private_domain", text: include_str!("../../../stdlib/private_domain.kpi") },
    Module { name: "std.service", text: include_str!("../../../stdlib/service.kpi") },
    Module { name: "std.short_video", text: include_str!("../../../stdlib/short_video.kpi") },
    Module { name: "std.survey", text: include_str!("../../../stdlib/survey.kpi") },
    Module { name: "std.users", text: include_str!("../../../stdlib/users.kpi") },
];

/// Adds every module that a package uses, or to an entry of which it binds an indicator, to its files, once each, and says which
/// ones there are not.
pub fn load(files: &mut Files, parsed: &mut Vec<ast::File>) -> Vec<Diagnostic> {
    let (wanted, mut found) = used(parsed.iter());
    for module in wanted {
        let (module, diagnostics) = parse(files, module);
        found.extend(diagnostics);
        parsed.push(module);
    }
    found
}

/// The modules that files use, or to an entry of which they bind an indicator, once each, in the order of their first use; and
/// which ones there are not.
pub fn used<'a>(parsed: impl IntoIterator<Item = &'a ast::File>) -> (Vec<Module>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut wanted: Vec<Module> = Vec::new();
    for item in parsed.into_iter().flat_map(|file| &file.items) {
        let (names, span) = match &item.kind {
            ast::ItemKind::Use(used) => (used.module.as_slice(), item.span),
            // `std.live.watch_time(…)` needs no `use`; what is shorter stands below one.
            ast::ItemKind::Indicator(ast::Indicator { binding: Some(binding), .. }) => {
                match binding.path.split_last() {
                    Some((_, [first, rest @ ..])) if first.text == "std" && !rest.is_empty() => {
                        let module = binding.path.get(..=rest.len()).unwrap_or_default();
                        (module, rest.iter().fold(first.span, |span, name| span.to(name.span)))
                    }
                    _ => continue,
                }
            }
            _ => continue,
        };
        let name = names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join(".");
        match MODULES.iter().find(|m| m.name == name) {
            Some(module) if !wanted.contains(module) => wanted.push(*module),
            Some(_) => {}
            None => found.push(unknown(&name, span)),
        }
    }
    (wanted, found)
}

/// A module as a file of a package.
pub fn parse(files: &mut Files, module: Module) -> (ast::File, Vec<Diagnostic>) {
    let id = files.add(SourceFile::new(path(module), module.text));
    let parsed = kpi_syntax::parse(id, module.text);
    (ast::File { library: true, module: module.name.to_owned(), ..parsed.file }, parsed.diagnostics)
}

fn unknown(name: &str, span: Span) -> Diagnostic {
    let list = Text::list(MODULES.iter().map(|m| Text::quoted(m.name)), Join::Comma);
    let finding = Diagnostic::new(UNKNOWN_MODULE, text!("there is no module `{name}`", name))
        .label(span, text!("not in the library"));
    match kpi_check::names::nearest(name, MODULES.iter().map(|module| module.name)) {
        Some(near) => finding.help(text!("did you mean `{near}`?", near)),
        None => finding.help(text!("the library has {list}", list)),
    }
}

/// The path that messages show for a module: `<std>/survey.kpi`.
pub fn path(module: Module) -> String {
    let (library, name) = module.name.split_once('.').unwrap_or(("std", module.name));
    format!("<{library}>/{name}.kpi")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Errors of a policy that uses modules.
    fn errors(text: &str) -> Vec<String> {
        let mut files = Files::new();
        let id = files.add(SourceFile::new("policy.kpi", text));
        let first = kpi_syntax::parse(id, text);
        let mut found = first.diagnostics;
        let mut parsed = vec![first.file];
        found.extend(load(&mut files, &mut parsed));
        found.extend(kpi_check::check(&parsed).diagnostics);
        found.iter().map(|d| format!("{} {}", d.code, d.message)).collect()
    }

    #[test]
    fn every_module_of_the_folder_is_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let modules = paths.filter(|path| path.extension().is_some_and(|extension| extension == "kpi"));
        let mut names: Vec<String> =
            modules.map(|path| format!("std.{}", path.file_stem().unwrap().to_string_lossy())).collect();
        names.sort();
        assert_eq!(MODULES.iter().map(|module| module.name).collect::<Vec<_>>(), names);
    }

    const POLICY: &str = "policy \"Desk\" {\n  edition 1\n  currency CNY\n  period month\n}\n\
        roster staff { id: text key, salary: money }\n\
        source answer { who: -> staff, on: date time, mark: count, spent: money, earned: money }\n";

    #[test]
    fn every_function_and_curve_of_the_library_can_be_used() {
        let uses: String = MODULES.iter().map(|m| format!("use {}\n", m.name)).collect();
        let text = format!(
            "{POLICY}{uses}\n\
             indicator a {{\n  formula nps(count(answer where mark ≥ 9), count(answer where mark ≤ 6), count(answer))\n  target ≥ 30\n}}\n\
             indicator b {{\n  formula csat(count(answer where mark ≥ 8), count(answer))\n  target ≥ 80%\n}}\n\
             indicator c {{\n  formula response_rate(count(answer), count(answer))\n  target ≥ 20%\n}}\n\
             indicator d {{\n  formula margin(sum(answer.earned), sum(answer.spent))\n  target ≥ 20%\n}}\n\
             indicator e {{\n  formula return_on_spend(sum(answer.earned), sum(answer.spent))\n  target ≥ 1.5\n}}\n\
             indicator f {{\n  formula cost_per(sum(answer.spent), count(answer))\n  target ≤ 10元\n}}\n\
             indicator g {{\n  formula stock_turnover(sum(answer.earned), average(answer.spent))\n  target ≥ 3\n}}\n\
             indicator h {{\n  formula average_order(sum(answer.earned), count(answer))\n  target ≥ 50元\n}}\n\
             scorecard desk for staff {{\n  a\n  b\n  c\n  d\n  e\n  f\n  g\n  h\n}}\n\
             incentive pay for desk {{\n  pay x = staff.salary × all_from_80(attainment)\n  pay y = staff.salary × stretch_to_150(attainment)\n  pay z = staff.salary × half_from_80(attainment)\n}}\n"
        );
        assert_eq!(errors(&text), [""; 0]);
    }

    #[test]
    fn what_is_not_used_is_no_finding_and_twice_is_once() {
        let text = format!(
            "{POLICY}use std.survey\nuse std.survey\nindicator b {{\n  formula csat(count(answer), count(answer))\n  target ≥ 80%\n}}\nscorecard desk for staff {{\n  b\n}}\n"
        );
        assert_eq!(errors(&text), [""; 0]);
    }

    #[test]
    fn an_unknown_module_is_named() {
        let text = format!(
            "{POLICY}use std.lve\nindicator b {{\n  formula count(answer)\n  target ≥ 1\n}}\nscorecard desk for staff {{\n  b\n}}\n"
        );
        assert_eq!(errors(&text), ["K1013 there is no module `std.lve`"]);
        let text = format!(
            "{POLICY}use std..live\nindicator b {{\n  formula count(answer)\n  target ≥ 1\n}}\nscorecard desk for staff {{\n  b\n}}\n"
        );
        assert_eq!(errors(&text), ["K0001 `use` is followed by the name of a module"]);
    }
}
