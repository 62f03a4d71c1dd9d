//! A version of a policy that can be compared with another one, or run.

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_check::model::Model;
use kpi_syntax::ast::ItemKind;

use crate::project::CONFIG;

/// A version that is checked.
pub(crate) struct Sound {
    /// Its files, those of the library that it uses included.
    #[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only what runs it tells where something stands"))]
    pub files: Files,
    pub model: Model,
    /// Its files without those of the library.
    #[cfg(feature = "engine")]
    own: Files,
}

impl Sound {
    /// Checks what can move a score: what is only claimed (tests, requirements, obligations) has no say in what would have been paid.
    ///
    /// # Errors
    /// The errors of the policy, with its files.
    pub fn check(files: &Files) -> Result<Sound, (Vec<Diagnostic>, Files)> {
        Sound::check_with(files, None)
    }

    /// The same with a test, which is the only one that it has.
    ///
    /// # Errors
    /// The errors of the policy and of the test, with its files.
    #[cfg(feature = "engine")]
    pub fn with_test(&self, test: &str) -> Result<Sound, (Vec<Diagnostic>, Files)> {
        Sound::check_with(&self.own, Some(test))
    }

    fn check_with(files: &Files, test: Option<&str>) -> Result<Sound, (Vec<Diagnostic>, Files)> {
        let mut all = Files::new();
        let (mut parsed, mut findings) = (Vec::new(), Vec::new());
        for (_, file) in files.iter().filter(|(_, file)| !file.path.ends_with(CONFIG)) {
            let id = all.add(SourceFile::new(file.path.clone(), file.text.clone()));
            let mut result = kpi_syntax::parse(id, &file.text);
            findings.extend(result.diagnostics);
            result
                .file
                .items
                .retain(|item| !matches!(item.kind, ItemKind::Test(_) | ItemKind::Require(_) | ItemKind::Prove(_)));
            parsed.push(result.file);
        }
        if let Some(text) = test {
            let id = all.add(SourceFile::new("test", text));
            let result = kpi_syntax::parse(id, text);
            findings.extend(result.diagnostics);
            parsed.push(result.file);
        }
        findings.extend(kpi_stdlib::load(&mut all, &mut parsed));
        let checked = kpi_check::check_meaning(&parsed);
        findings.extend(checked.diagnostics);
        findings.retain(Diagnostic::is_error);
        match checked.model {
            Some(model) if findings.is_empty() => Ok(Sound {
                files: all,
                model,
                #[cfg(feature = "engine")]
                own: files.clone(),
            }),
            _ => Err((findings, all)),
        }
    }
}
