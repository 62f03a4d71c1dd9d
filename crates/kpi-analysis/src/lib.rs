//! The one road from the files of a policy to its model and everything that is found in them.
//!
//! [`analyse`] parses, loads the modules of the standard library that are used, checks, asks for house rules and looks for cliffs and
//! broken obligations, so that every command and the editor find the same. [`Analysis::judge`] leaves what is to be told.
//!
//! It computes nothing of its own, and reads and writes no files.

use kpi_base::{Diagnostic, FileId, Files};
use kpi_check::model::Model;
use kpi_lint::{Baseline, Judged, Settings};
use kpi_syntax::ast;

/// What is known of a policy before it meets data.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The model, unless there are errors.
    pub model: Option<Model>,
    /// The examples of the entries that the policy has itself, each as a policy with one test.
    pub examples: Vec<Model>,
    /// Everything that was found, whether it is to be told or not.
    pub findings: Vec<Diagnostic>,
}

impl Analysis {
    /// The findings that are to be told. `path` gives the path of a file as the baseline has it.
    pub fn judge(
        &self,
        files: &Files,
        settings: &Settings,
        baseline: Option<&Baseline>,
        path: &dyn Fn(&str) -> String,
    ) -> Judged {
        // Without a model some stages had nothing to look at, and what they would have found is not known.
        kpi_lint::judge(self.findings.clone(), self.model.is_some(), files, settings, baseline, path)
    }
}

/// Analyses the policy that stands in these files; modules of the standard library join them.
pub fn analyse(files: &mut Files, policies: &[FileId], settings: &Settings) -> Analysis {
    let mut findings = Vec::new();
    let mut parsed = Vec::with_capacity(policies.len());
    for (id, file) in policies.iter().filter_map(|id| Some((*id, files.get(*id)?))) {
        let result = kpi_syntax::parse(id, &file.text);
        parsed.push(result.file);
        findings.extend(result.diagnostics);
    }
    findings.extend(kpi_stdlib::load(files, &mut parsed));
    analyse_parsed(&parsed, findings, settings)
}

/// Analyses a policy that is parsed, modules of the library included; `findings` is what parsing and loading had to say.
pub fn analyse_parsed(parsed: &[ast::File], mut findings: Vec<Diagnostic>, settings: &Settings) -> Analysis {
    let unread = findings.iter().any(Diagnostic::is_error);
    let checked = kpi_check::check(parsed);
    findings.extend(checked.diagnostics);
    findings.extend(kpi_lint::lint(parsed, checked.model.as_ref(), settings));
    let model = checked.model.filter(|_| !unread);
    let examples = kpi_check::entries::examples(parsed, "");
    let examples = examples.into_iter().filter(|_| model.is_some());
    let examples = examples.filter_map(|example| kpi_check::check_meaning(&example.files).model).collect();
    if let Some(model) = &model {
        findings.extend(kpi_prove::check(model));
    }
    Analysis { model, examples, findings }
}
