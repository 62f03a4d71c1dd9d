//! A naive interpreter of the model, and generators of policies and data.
