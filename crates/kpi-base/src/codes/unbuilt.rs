//! What the language knows and this version does not build yet.

codes! {
    NOT_BUILT = "K9001", Error, "not built yet";
}
