//! Policy text to AST, with recovery.

pub mod ast;
