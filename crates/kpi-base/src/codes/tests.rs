//! Findings about policy tests.

codes! {
    TEST_PERIOD = "K5001", Error, "a test without a period to judge";
    TEST_TABLE = "K5002", Error, "a table of a test that does not fit its contract";
    TEST_CELL = "K5003", Error, "a cell that is no value of its column";
    TEST_KEY = "K5004", Error, "two rows with one key";
    EXPECT_PLACE = "K5005", Error, "an expectation of something that results do not have";
    EXPECT_VALUE = "K5006", Error, "an expected value that does not fit";
    EXPECT_NOTHING = "K5007", Error, "a test that expects nothing";
    EXPECTATION = "K5101", Error, "an expectation is not met";
    UNKNOWN_COLUMN = "K5102", Error, "a test leaves out a column that is read";
    NO_CARD = "K5103", Error, "a test expects something of a card that is not there";
    NO_TEST = "K5104", Error, "no test matched";
    COVERAGE = "K5105", Error, "the tests cover too little";
    CASES = "K5106", Error, "cases of a test that do not fit";
    OVERRIDE = "K5107", Error, "a parameter that a test cannot change so";
}
