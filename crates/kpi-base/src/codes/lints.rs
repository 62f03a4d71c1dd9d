//! House rules, and what is said about them.

codes! {
    TOO_MANY_INDICATORS = "K4301", Warning, "too many indicators on a card";
    NO_DATA_SOURCE = "K4302", Warning, "an indicator without a data source";
    CONFUSABLE = "K4303", Warning, "a name that looks like another";
    WRONG_ALLOW = "K4320", Error, "an allow that cannot be";
    UNUSED_ALLOW = "K4321", Warning, "an allow that hides nothing";
}
