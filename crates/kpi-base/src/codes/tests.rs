//! Findings about policy tests.

codes! {
    EXPECTATION = "K5101", Error, "an expectation is not met";
    UNKNOWN_COLUMN = "K5102", Error, "a test leaves out a column that is read";
    NO_CARD = "K5103", Error, "a test expects something of a card that is not there";
    NO_TEST = "K5104", Error, "no test matched";
}
