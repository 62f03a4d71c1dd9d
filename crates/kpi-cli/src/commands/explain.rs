//! `kpi explain`

use kpi_base::{Code, Diagnostic, Severity, codes, text};
use kpi_check::names::nearest;

use crate::console::{Console, Exit, Failure};

pub(crate) fn run(code: Option<&str>, console: &mut Console<'_>) -> Result<Exit, Failure> {
    match code {
        Some(name) => {
            let code = Code::find(name).ok_or_else(|| unknown(name))?;
            console.out.write_all(code.page(console.language).trim_end().as_bytes())?;
            writeln!(console.out)?;
        }
        None => {
            for code in codes::all() {
                let severity = match code.severity() {
                    Severity::Error => text!("error"),
                    Severity::Warning => text!("warning"),
                    Severity::Note => text!("note"),
                };
                let severity = severity.to(console.language);
                writeln!(console.out, "{}  {severity:<7}  {}", code.name(), code.title_in(console.language))?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn unknown(name: &str) -> Failure {
    let finding = Diagnostic::new(codes::config::NO_SUCH_CODE, text!("there is no code `{name}`", name));
    let upper = name.to_ascii_uppercase();
    Failure::one(finding.help(match nearest(&upper, codes::all().map(Code::name)) {
        Some(near) => text!("did you mean `{near}`? `kpi explain` lists all codes", near),
        None => text!("`kpi explain` lists all codes"),
    }))
}
