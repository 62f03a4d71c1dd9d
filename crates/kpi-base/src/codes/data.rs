//! Findings about the contracts that data must keep.

codes! {
    FILE_NOT_FOUND = "K6001", Error, "file not found";
    FILE_UNREADABLE = "K6002", Error, "unreadable file";
    NOT_ENCODED = "K6003", Error, "a line that is not in the encoding of its file";
    MISSING_COLUMN = "K6004", Error, "missing column";
    DUPLICATE_HEADER = "K6005", Error, "duplicate header";
    ROW_SHAPE = "K6006", Error, "row with too few or too many cells";
    NO_SHEET = "K6007", Error, "no such sheet";
    UNCLEAR_ENCODING = "K6008", Error, "unclear encoding";
    BAD_NUMBER = "K6010", Error, "not a number";
    TOO_MANY_DIGITS = "K6011", Error, "too many digits";
    BAD_DATE = "K6012", Error, "not a date";
    BAD_MEMBER = "K6013", Error, "not a member of the dimension";
    BAD_BOOL = "K6014", Error, "not a truth value";
    MISSING_CELL = "K6015", Error, "missing cell";
    RULE_BROKEN = "K6016", Error, "rule of a column broken";
    WRONG_TYPE = "K6017", Error, "column of another type";
    DUPLICATE_KEY = "K6020", Error, "duplicate key";
    UNKNOWN_REFERENCE = "K6021", Error, "unknown reference";
    OVERLAPPING_VALIDITY = "K6022", Error, "overlapping validity";
    EMPTY_EXPORT = "K6030", Error, "empty export";
    MISSING_PERIOD = "K6031", Error, "period without any row";
    SUM_TOO_LARGE = "K6032", Error, "sum out of range";
    ROWS_LEFT_OUT = "K6041", Note, "rows left out by the policy";
    ROWS_SET_ASIDE = "K6042", Warning, "rows set aside because they break their contract";
}
