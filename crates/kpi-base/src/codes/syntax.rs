//! Findings about the parser.

codes! {
    UNEXPECTED = "K0001", Error, "unexpected text";
    UNKNOWN_DECLARATION = "K0002", Error, "unknown declaration";
    UNKNOWN_MEMBER = "K0003", Error, "unknown member of a block";
    UNCLOSED_BRACKET = "K0004", Error, "a bracket is never closed";
    UNCLOSED_TEXT = "K0005", Error, "a text or a name in backticks does not end";
    UNMATCHED_CLOSE = "K0006", Error, "a closing bracket closes nothing";
    CHAINED_COMPARISON = "K0007", Error, "chained comparison";
    UNIT = "K0008", Error, "unclear unit of a number";
    MALFORMED_NUMBER = "K0009", Error, "malformed number";
    NO_SUCH_DATE = "K0010", Error, "no such date or period";
    GRID_SHAPE = "K0011", Error, "a row of a grid does not fit its header";
    CHINESE_PUNCTUATION = "K0012", Error, "punctuation that is not part of the language";
    TOO_DEEP = "K0013", Error, "nested too deeply";
    DUPLICATE_MEMBER = "K0014", Error, "a member is written twice";
    OVER_WITHOUT_PARENTHESES = "K0015", Error, "`over` needs parentheses";
    COLUMN_ZERO = "K0016", Error, "a member at the start of a line";
    RESERVED_WORD = "K0017", Error, "a reserved word as a name";
    UNKNOWN_WORD = "K0018", Error, "a word that is not one of those expected";
}
