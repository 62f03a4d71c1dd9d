//! The parser that pest makes of `grammar/kpi.pest`, and its errors in words.

use kpi_base::{Text, text};

// The derive writes code and documentation that our lints do not know.
#[allow(missing_docs, reason = "generated")]
mod generated {
    #[derive(pest_derive::Parser)]
    #[grammar = "../../grammar/kpi.pest"]
    pub(crate) struct KpiParser;
}

pub(crate) use generated::{KpiParser, Rule};

pub(crate) type Pair<'i> = pest::iterators::Pair<'i, Rule>;
pub(crate) type Pairs<'i> = pest::iterators::Pairs<'i, Rule>;

/// Where a slice stops making sense, and what was expected there.
pub(crate) struct Stop {
    /// The byte of the slice.
    pub at: usize,
    /// What was expected, in words, without repetition.
    pub expected: Vec<Text>,
}

/// Parses a slice by a rule.
pub(crate) fn parse_slice(rule: Rule, slice: &str) -> Result<Pairs<'_>, Stop> {
    <KpiParser as pest::Parser<Rule>>::parse(rule, slice).map_err(|error| {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        };
        let mut expected: Vec<Text> = Vec::new();
        if let pest::error::ErrorVariant::ParsingError { positives, .. } = &error.variant {
            let mut words: Vec<(u8, Text)> = positives.iter().filter_map(|rule| describe(*rule)).collect();
            words.sort_by_cached_key(|(order, word)| (*order, word.to_string()));
            words.dedup();
            expected.extend(words.into_iter().map(|(_, word)| word));
        }
        Stop { at, expected }
    })
}

/// A rule in the words of a message, with its place in the list; `None` for what is never said.
fn describe(rule: Rule) -> Option<(u8, Text)> {
    Some(match rule {
        Rule::name | Rule::path | Rule::names | Rule::parameter => (0, text!("a name")),
        Rule::string | Rule::label | Rule::then_text => (1, text!("a text in quotes")),
        Rule::expr | Rule::arith | Rule::operand | Rule::logic | Rule::test | Rule::arg | Rule::paren | Rule::key => {
            (0, text!("a value"))
        }
        Rule::proportion
        | Rule::curve_call
        | Rule::raters
        | Rule::named
        | Rule::if_expr
        | Rule::kw_if
        | Rule::placeholder => (0, text!("a value")),
        Rule::kw_true | Rule::kw_false | Rule::kw_self | Rule::neg_op | Rule::not_op | Rule::range => {
            (0, text!("a value"))
        }
        Rule::number | Rule::count | Rule::integer | Rule::step | Rule::digits | Rule::yen => (0, text!("a number")),
        Rule::date | Rule::period | Rule::period_text => (1, text!("a date or a period")),
        Rule::add_op | Rule::sub_op | Rule::mul_op | Rule::div_op | Rule::and_op | Rule::or_op => {
            (2, text!("an operator"))
        }
        Rule::compare | Rule::in_tail | Rule::is_tail | Rule::kw_in | Rule::kw_is => (2, text!("an operator")),
        Rule::cmp_op => (2, text!("an operator")),
        Rule::bound_op | Rule::target_op | Rule::t_compare | Rule::c_compare => (2, text!("a comparison")),
        Rule::field | Rule::index | Rule::over | Rule::kw_over | Rule::optional => return None,
        Rule::no_weight | Rule::any | Rule::currency | Rule::scale | Rule::unit => return None,
        Rule::range_op => (3, Text::quoted("..")),
        Rule::colon => (3, Text::quoted(":")),
        Rule::equals => (3, Text::quoted("=")),
        Rule::comma => (3, Text::quoted(",")),
        Rule::bar | Rule::grid_head => (3, Text::quoted("|")),
        Rule::arrow => (3, Text::quoted("->")),
        Rule::open_brace | Rule::curve_body | Rule::member_set => (3, Text::quoted("{")),
        Rule::close_brace => (8, Text::quoted("}")),
        Rule::close_paren => (8, Text::quoted(")")),
        Rule::sep => (7, text!("a new line")),
        Rule::type_name => (0, text!("a type")),
        Rule::entry_params => (5, Text::quoted("(")),
        Rule::entry_param => (0, text!("a name")),
        Rule::binding => (0, text!("an entry of a library")),
        Rule::binding_arg | Rule::bound_table => (0, text!("a value")),
        Rule::example_member => (0, text!("a member")),
        Rule::x_expect => (5, Text::quoted("expect")),
        Rule::column | Rule::view_member | Rule::bound_column => (0, text!("a column")),
        Rule::grouped => (5, Text::quoted("group by")),
        Rule::adjust_word => (4, one_of(&["quarterly", "yearly"])),
        Rule::time_word => (4, one_of(&["seconds", "minutes", "hours", "days"])),
        Rule::row_expr | Rule::row_target | Rule::row_text | Rule::patterns | Rule::pattern => (0, text!("a row")),
        Rule::grid_row_expr | Rule::grid_row_target | Rule::grid_row_text => (0, text!("a row")),
        Rule::curve_row | Rule::curve_at | Rule::share_row | Rule::weight_row => (0, text!("a row")),
        Rule::target => (0, text!("a target")),
        Rule::line | Rule::weighted_line => (0, text!("a line")),
        Rule::EOI => (9, text!("the end of the line")),
        Rule::args => (5, Text::quoted("(")),
        Rule::by_expr | Rule::by_target | Rule::by_text => (5, Text::quoted("by")),
        Rule::where_clause => (5, Text::quoted("where")),
        Rule::via => (5, Text::quoted("via")),
        Rule::among | Rule::grade_shares => (5, Text::quoted("among")),
        Rule::needs => (5, Text::quoted("needs")),
        Rule::dated | Rule::at | Rule::window | Rule::kw_dated | Rule::kw_at => return None,
        Rule::weight => (5, Text::quoted("weight")),
        Rule::when_missing => (5, Text::quoted("when missing")),
        Rule::curve_kind => (5, one_of(&["step", "linear", "marginal"])),
        Rule::audience => (0, text!("who it is for")),
        Rule::each_of => (5, Text::quoted("each scorecard")),
        Rule::supported => (5, Text::quoted("supports")),
        Rule::required_of_each => (5, Text::or_list(["supports a goal", "note", "target"].map(Text::quoted))),
        Rule::required_goal => (5, Text::quoted("supports")),
        Rule::required_note => (5, Text::quoted("note")),
        Rule::required_target => (5, Text::quoted("target")),
        Rule::any_goal => (5, Text::quoted("a goal")),
        Rule::required | Rule::required_count => (5, Text::quoted("count(indicators)")),
        Rule::required_weight => (5, Text::quoted("weight(…)")),
        Rule::within => (5, Text::quoted("within")),
        Rule::monotone => (5, Text::quoted("monotone in")),
        Rule::required_tag => (5, Text::quoted("tag")),
        Rule::part_member
        | Rule::policy_member
        | Rule::dimension_member
        | Rule::table_member
        | Rule::indicator_member => (0, text!("a member")),
        Rule::scorecard_member | Rule::incentive_member | Rule::rule_member | Rule::test_member => {
            (0, text!("a member"))
        }
        Rule::effect => (0, one_of(&["score 0", "pay 0", "cap"])),
        Rule::track_share => (0, text!("a name")),
        Rule::calendar_word | Rule::x_within => return None,
        other => {
            let name = format!("{other:?}");
            let word = name
                .strip_prefix("kw_")
                .or_else(|| name.strip_prefix("m_"))
                .or_else(|| name.strip_prefix("t_"))
                .or_else(|| name.strip_prefix("p_"))
                .or_else(|| name.strip_prefix("c_"))
                .or_else(|| name.strip_prefix("s_"))
                .or_else(|| name.strip_prefix("e_"))
                .or_else(|| name.strip_prefix("r_"))
                .unwrap_or(&name);
            let word = match word {
                "attainment_cap" => "attainment cap",
                "none_below" => "none below",
                "group_combine" => "combine",
                "as_of" => "as of",
                "per_card" => "per card",
                "rolled_up" => "rolled up by",
                "period_rolled" => "period",
                "each_card" => "scorecard",
                "each_indicator" => "indicator",
                "x_vetoed" => "vetoed by",
                "x_complete" => "is incomplete",
                "x_fired" => "fired",
                "x_takes" => "takes",
                "x_says" => "says",
                word => word,
            };
            return Some((5, Text::quoted(word)));
        }
    })
}

fn one_of(words: &[&str]) -> Text {
    Text::or_list(words.iter().map(Text::quoted))
}
