//! Findings about tables, brackets and curves.

codes! {
    TABLE_INCOMPLETE = "K3001", Error, "combinations that no row has";
    NEVER_APPLIES = "K3002", Error, "a row that never applies";
    TWO_ROWS = "K3003", Error, "a combination in two rows";
    ROW_KEYS = "K3004", Error, "a row that does not fit the keys of its table";
    TABLE_TOO_LARGE = "K3005", Error, "a table too large to check";
    CURVE_GAP = "K3006", Error, "a number that no row has";
    CURVE_OVERLAP = "K3007", Error, "a number in two rows";
    CURVE_ROW = "K3008", Error, "a row of another kind of curve";
    CURVE_ORDER = "K3009", Error, "points that do not rise";
    CURVE_EMPTY = "K3010", Error, "a curve or range without anything in it";
    SCALE_ANCHORS = "K3021", Error, "anchors that do not fit their scale";
    NOT_ADJUSTABLE = "K3022", Error, "a change at a date at which none may be";
}
