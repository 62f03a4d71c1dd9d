//! The command `kpi`.

use std::process::ExitCode;

/// A large policy is many small trees, which this one makes and drops sooner than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kpi_cli::main()
}
