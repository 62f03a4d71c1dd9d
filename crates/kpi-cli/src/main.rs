//! The command `kpi`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kpi_cli::main()
}
