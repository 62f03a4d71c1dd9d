//! AST to the checked model: names, types, units, tables.

pub mod model;
