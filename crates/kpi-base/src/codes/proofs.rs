//! Findings about bounds, cliffs and obligations.

codes! {
    REFUTED = "K4201", Error, "an obligation that does not hold";
    UNDECIDED = "K4202", Warning, "an obligation that cannot be decided";
    PAY_CLIFF = "K4203", Warning, "pay that falls as the result gets better";
    SCORING_CLIFF = "K4204", Warning, "a scoring that gives less for better";
    NOT_PROVABLE = "K4205", Error, "an obligation that cannot be";
}
