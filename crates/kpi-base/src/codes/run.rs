//! Findings about a run.

codes! {
    INCOMPLETE_CARDS = "K7101", Note, "incomplete cards";
    PAID_TWICE = "K7102", Error, "paid through two cards";
    UNKNOWN_AUDIENCE = "K7103", Warning, "not known who is concerned";
    UNKNOWN_GROUP = "K7104", Warning, "not known with whom to rank";
    SCORE_OVERFLOW = "K7105", Error, "a score or a pay is too large";
}
