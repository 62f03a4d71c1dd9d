//! What is computed of the values of one cell, without any context.

pub(crate) mod goal;
pub(crate) mod operators;
pub(crate) mod sample;
