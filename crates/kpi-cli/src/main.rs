//! The command `kpi`.

use std::process::ExitCode;

/// A large policy is many small trees, which this one makes and drops sooner than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|command| command == "lsp") {
        give_memory_back();
    }
    kpi_cli::main()
}

/// A server makes and drops a model after each pause of whoever types: what is dropped goes back to the system at once, and not after the second
/// that the allocator would keep it.
fn give_memory_back() {
    /// `mi_option_purge_delay` of mimalloc.h, in milliseconds.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    #[allow(unsafe_code, reason = "the allocator keeps its settings in an array, whose bounds it checks")]
    // SAFETY: sets an integer of the allocator before any other thread is there; a number that it does not know is ignored.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 0);
    }
}
