//! Findings about value ranges: what can never be reached, and what always is.

codes! {
    TARGET_UNREACHABLE = "K4101", Error, "a target that nobody can reach";
    TARGET_SURE = "K4102", Warning, "a target that nobody can miss";
    STRETCH_UNREACHABLE = "K4103", Warning, "a stretch target that nobody can reach";
    VETO_NEVER = "K4104", Error, "a veto that cannot fire";
    VETO_ALWAYS = "K4105", Error, "a veto that fires for everybody";
    RULE_NEVER = "K4106", Warning, "a rule that cannot fire";
    RULE_ALWAYS = "K4107", Warning, "a rule that fires for everybody";
    ROW_NEVER = "K4108", Warning, "a row of a curve that never applies";
    GRADE_NEVER = "K4109", Warning, "a grade that nobody can get";
    ALWAYS = "K4110", Warning, "a comparison that is always or never true";
    MAY_BE_ZERO = "K4111", Note, "a divisor that may be 0";
    CAP_LIFTS = "K4112", Warning, "one line that lifts a card over a pay bracket";
}
