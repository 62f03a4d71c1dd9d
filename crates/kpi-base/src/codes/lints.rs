//! House rules, and what is said about them.

codes! {
    TOO_MANY_INDICATORS = "K4301", Warning, "too many indicators on a card";
    NO_DATA_SOURCE = "K4302", Warning, "an indicator without a data source";
    CONFUSABLE = "K4303", Warning, "a name that looks like another";
    QUALITATIVE_SHARE = "K4304", Warning, "too much of a score is a matter of opinion";
    LONG_TERM_SHARE = "K4305", Warning, "too little of a score looks beyond the period";
    NO_GOAL = "K4306", Warning, "an indicator that serves no goal";
    ONE_PERSON_GROUP = "K4307", Warning, "a group of one subject";
    TABLE_ENDS = "K4308", Warning, "a dated table that ends";
    UNRIPE_COHORT = "K4309", Warning, "a cohort that is counted before it is ripe";
    WRONG_ALLOW = "K4320", Error, "an allow that cannot be";
    UNUSED_ALLOW = "K4321", Warning, "an allow that hides nothing";
}
