//! What two versions of `kpi.toml` bind to the tables of a policy.

use std::collections::BTreeMap;

use kpi_base::text;
use kpi_diff::{Became, Change, Declaration, Diff, Excerpt, Matter, Role};

use super::Version;
use crate::config::{Binding, span};
use crate::project::Project;

/// The bindings of a project by environment, none for the default one, and table.
type Bindings<'p> = BTreeMap<(Option<&'p str>, &'p str), &'p Binding>;

/// Adds what is bound otherwise to the changes of the policy.
pub(super) fn add_bindings(base: &Version, head: &Version, diff: &mut Diff) {
    let (old, new) = (bindings(&base.project), bindings(&head.project));
    let mut keys: Vec<_> = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))).collect();
    keys.sort_unstable();
    for key @ (environment, table) in keys {
        let (before, after) = (old.get(key).copied(), new.get(key).copied());
        let says = |binding: &Binding| {
            binding.patterns.iter().map(|p| (p.text.clone(), p.sheet.clone(), p.encoding.clone())).collect::<Vec<_>>()
        };
        if before.map(says) == after.map(says) {
            continue;
        }
        let became = match (before, after) {
            (None, _) => Became::Added,
            (_, None) => Became::Removed,
            _ => Became::Changed,
        };
        diff.changes.push(Change {
            id: u32::try_from(diff.changes.len()).map_or(u32::MAX, |count| count + 1),
            declaration: Declaration { role: Role::Binding, name: (*table).to_owned(), label: None },
            became,
            matter: Matter::Files,
            member: Some(match environment {
                Some(name) => text!("files of the environment `{name}`", name),
                None => text!("files"),
            }),
            before: before.map(|binding| excerpt(&base.project, binding)),
            after: after.map(|binding| excerpt(&head.project, binding)),
            dependents: Vec::new(),
        });
    }
}

fn bindings(project: &Project) -> Bindings<'_> {
    let config = &project.config;
    let usual = config.sources.iter().map(|binding| ((None, binding.table.as_str()), binding));
    let others = config.environments.iter().flat_map(|(name, all)| {
        all.iter().map(move |binding| ((Some(name.as_str()), binding.table.as_str()), binding))
    });
    usual.chain(others).collect()
}

/// What is bound, as people write it: `exports/sale-*.csv (gb18030)`.
fn excerpt(project: &Project, binding: &Binding) -> Excerpt {
    let patterns = binding.patterns.iter().map(|pattern| {
        let more: Vec<&str> = pattern.sheet.iter().chain(&pattern.encoding).map(String::as_str).collect();
        if more.is_empty() { pattern.text.clone() } else { format!("{} ({})", pattern.text, more.join(", ")) }
    });
    let text = patterns.collect::<Vec<_>>().join(", ");
    let place = span(project.toml, &binding.key);
    let file = project.files.get(project.toml);
    let line = file.map_or(1, |file| file.line_column(place.start).line);
    Excerpt { text, path: file.map(|file| file.path.clone()).unwrap_or_default(), line, span: place }
}
