//! KPI policies in Zed: starts the language server, `kpi lsp`, from the project's PATH or from the settings.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Kpi;

impl zed::Extension for Kpi {
    fn new() -> Kpi {
        Kpi
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        // `"lsp": { "kpi": { "binary": { "path": …, "arguments": … } } }`
        let binary = LspSettings::for_worktree(server.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path
            .or_else(|| worktree.which("kpi"))
            .ok_or("`kpi` is not on the PATH: install it, or name it in the settings")?;
        Ok(Command { command, args: arguments.unwrap_or_else(|| vec!["lsp".to_owned()]), env: worktree.shell_env() })
    }
}

zed::register_extension!(Kpi);
