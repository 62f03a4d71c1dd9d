//! Findings about names.

codes! {
    UNKNOWN_NAME = "K1001", Error, "unknown name";
    DUPLICATE_NAME = "K1002", Error, "declared twice";
    AMBIGUOUS_NAME = "K1003", Error, "a name with two meanings";
    UNUSED = "K1004", Warning, "declared and never used";
    POLICY_COUNT = "K1005", Error, "no policy, or more than one";
    POLICY_SETTING = "K1006", Error, "a setting of the policy is missing or wrong";
    NOT_HERE = "K1007", Error, "a name that has no value here";
    CYCLE = "K1008", Error, "a definition that needs itself";
    NO_WAY = "K1009", Error, "rows do not reach the subject by one way";
    WRONG_KIND = "K1010", Error, "a name of another kind";
    TABLE_SHAPE = "K1011", Error, "a contract that contradicts itself";
    NO_FORMULA = "K1012", Error, "an indicator without a formula";
    UNKNOWN_MODULE = "K1013", Error, "unknown module";
    UNKNOWN_ENTRY = "K1020", Error, "unknown library entry";
    ENTRY_ARGUMENTS = "K1021", Error, "what an entry is given";
    MISFIT = "K1022", Error, "a table that does not fit a shape";
    ENTRY_FORMULA = "K1023", Error, "a formula beside an entry";
    SHAPE = "K1024", Error, "a shape or parameter that means nothing";
    ENTRY_EXAMPLE = "K1025", Error, "an example without an entry";
}
