//! Findings about types and units.

codes! {
    TYPE_MISMATCH = "K2001", Error, "types do not fit";
    UNIT_MISMATCH = "K2002", Error, "units do not meet";
    BARE_NUMBER = "K2003", Error, "a bare number against a unit";
    PERCENT_AFTER_PLUS = "K2004", Error, "percent, or percentage points";
    POINTS_OUT_OF_PLACE = "K2005", Error, "percentage points out of place";
    NOT_A_TYPE = "K2006", Error, "a unit that is no type";
    MAYBE_MISSING = "K2007", Error, "a value that may be missing";
    ARGUMENTS = "K2008", Error, "arguments do not fit the function";
    NOT_CONSTANT = "K2009", Error, "a constant is needed";
    ABOVE_ALL = "K2010", Error, "a number above 1 against a share";
    NO_ORDER = "K2011", Error, "values without an order";
    CURRENCY = "K2012", Error, "another currency than the policy's";
    OUT_OF_RANGE = "K2013", Error, "a constant out of range";
    CONSTANT_ZERO = "K2014", Error, "a division by the constant 0";
    EXISTS_PART = "K2021", Error, "a part of `exists` that cannot be looked up";
    EXISTS_UNRELATED = "K2022", Error, "an `exists` that relates no rows";
    RATER_WEIGHTS = "K2031", Error, "weights of `weighted` that are not 100%";
    EXISTS_ITSELF = "K2040", Error, "an `exists` over the rows of its own table";
    HELD_ROWS = "K2041", Error, "rows that hold for a while taken for events";
    EXISTS_PLACE = "K2060", Error, "an `exists` outside an aggregate";
    EXISTS_GROUPED = "K2061", Error, "an `exists` over groups";
    EXISTS_CHANGES = "K2062", Error, "an `exists` over what changes by period";
    WINDOW_UNIT = "K2063", Error, "a window in another unit than the period judged";
    NOT_POOLED = "K2064", Error, "what several periods cannot pool";
    ROWS_WHENEVER = "K2065", Error, "rows of no one period that read what changes";
}
