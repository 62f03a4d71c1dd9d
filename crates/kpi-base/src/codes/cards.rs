//! Findings about indicators, scorecards, incentives and rules.

codes! {
    TARGET_NEGATIVE = "K4001", Error, "a target below zero";
    TARGET_TYPE = "K4002", Error, "a target for what is no number";
    TARGET_BAND = "K4003", Error, "a band that holds nothing";
    TOLERANCE = "K4004", Error, "a tolerance that does not fit its target";
    STRETCH = "K4005", Error, "a stretch that is missing or does not fit";
    NEEDS_TARGET = "K4006", Error, "a scoring without the target that it needs";
    SCORING_NUMBER = "K4007", Error, "a number that no scoring can use";
    SCORING_AT_WORST = "K4008", Error, "a scoring that gives most for the worst";
    WEIGHT_SUM = "K4009", Error, "weights that do not add up to 100%";
    WEIGHT_RANGE = "K4010", Error, "a weight outside 0% to 100%";
    TWICE = "K4011", Error, "twice on one card";
    CARD_SUBJECTS = "K4012", Error, "subjects that cannot have this card";
    EMPTY = "K4013", Error, "a declaration without what makes it one";
    WATCHED = "K4014", Error, "a watched line that is also scored";
    CAP = "K4015", Error, "a cap that makes no sense";
    GRADE = "K4016", Error, "grades that cannot be given";
    AUDIENCE = "K4017", Error, "an audience that cannot be";
    PAY = "K4018", Error, "a pay that cannot be paid";
    STREAK = "K4019", Error, "a streak that cannot be counted";
    SHORTER_PERIOD = "K4020", Error, "a period that an indicator cannot have";
    LONG_ROWS = "K4021", Error, "rows of a longer time than the period that reads them";
    NO_WHOLE = "K4022", Error, "an actual of the whole where there is none";
    TRACK = "K4023", Error, "a track that cannot be shown";
    PARTS = "K4024", Error, "parts that make no indicator";
    REQUIRED = "K4025", Error, "a scorecard that is not as required";
    SHARE = "K4031", Error, "a share of a group that cannot be taken";
    CHOICES = "K4032", Error, "choices that nobody can make";
    ONCE = "K4033", Error, "once, but since when";
    TARGET_PERIOD = "K4055", Error, "a target of which period";
    START_OF_STINT = "K4060", Error, "the start of which stint";
    INSIDE_SHORTER = "K4061", Error, "what a shorter period cannot read";
}
