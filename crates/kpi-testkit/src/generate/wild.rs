//! Policies of chance that may be ill-typed: what passes the checker must be sound all the same.
//!
//! [`Case::wild`] writes lines from templates whose holes are mostly filled with what fits, and sometimes with what does
//! not; each is tried in the place of a simple one. [`Case::mutant`] takes a policy that is meant to pass and puts another word in the place of one.

use super::{Block, Case, Generator, Rng};

/// What a formula is of; each is the letter of a hole.
const TYPES: [char; 14] = ['M', 'D', 'R', 'C', 'N', 'B', 'A', 'T', 'X', 'O', 'S', 'K', 'P', 'L'];

/// Where a formula stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// In the rows of a table; the flag: columns are written with it.
    Row(&'static str, bool),
    /// For a person in a period; the flag: the values of a card may be named.
    Cell(bool),
    /// In the body of a function.
    Body,
    /// Nothing but constants.
    Constant,
}

/// Formulas that stand anywhere: `{M}` is a hole for money, and so on by the letters of [`TYPES`].
const ANYWHERE: &[(char, &[&str])] = &[
    (
        'M',
        &[
            "1000元",
            "2500元",
            "0元",
            "0",
            "({M} + {M})",
            "({M} - {M})",
            "({M} × {R})",
            "({N} × {M})",
            "({M} / {C})",
            "({M} × {M} / {M})",
            "({M} / {D} × {D})",
            "(if {B} then {M} else {M})",
            "(if {B} then {M} else none)",
            "min({M}, {M})",
            "max({M}, {M}, {M})",
            "clamp({M}, {M}, {M})",
            "abs({M})",
            "round({M}, 1)",
            "coalesce({M}, {M})",
            "(-{M})",
            "step({M}) { ≥ 1000元: 5元, else: 0元 }",
            "step({C}) { ≥ 3: 1000元, else: 10元 }",
            "linear({D}) { 0s: 0元, 1h: 100元 }",
            "marginal({M}) { from 0元: 1%, from 1000元: 3% }",
            "more_money({M}, {R}, {D}, {C})",
            "bar[{K}]",
            "flat",
        ],
    ),
    (
        'D',
        &[
            "30s",
            "2h",
            "0s",
            "({D} + {D})",
            "({D} - {D})",
            "({D} × {R})",
            "({D} / {C})",
            "(if {B} then {D} else {D})",
            "({A} - {A})",
            "({T} - {T})",
            "max({D}, {D})",
            "coalesce({D}, {D})",
            "({M} / ({M} / {D}))",
            "longer({M}, {R}, {D}, {C})",
        ],
    ),
    (
        'R',
        &[
            "50%",
            "100%",
            "80%",
            "({M} / {M})",
            "({D} / {D})",
            "({C} / {C})",
            "({R} × {R})",
            "({R} + 5pp)",
            "({R} - 10pp)",
            "(1 - {R})",
            "(100% - {R})",
            "({R} × 105%)",
            "(if {B} then {R} else {R})",
            "min({R}, {R})",
            "coalesce({R}, {R})",
            "step({R}) { ≥ 90%: 100%, 60%..<90%: 50%, else: 0% }",
            "linear({R}) { 60%: 0%, 100%: 100% }",
            "part_of({M}, {R}, {D}, {C})",
        ],
    ),
    (
        'C',
        &[
            "0",
            "1",
            "3",
            "10",
            "({C} + {C})",
            "({C} × 2)",
            "(if {B} then {C} else {C})",
            "days_between({A}, {A})",
            "days_between({T}, {A})",
            "max({C}, {C})",
            "abs({C})",
            "round({N})",
        ],
    ),
    (
        'N',
        &[
            "2",
            "4.5",
            "({N} + {N})",
            "({N} × {C})",
            "({N} / {N})",
            "({C} × {R})",
            "(if {B} then {N} else {N})",
            "({D} / 1h)",
            "({M} / 1元)",
            "step({C}) { ≥ 3: 2, else: 1 }",
        ],
    ),
    (
        'B',
        &[
            "true",
            "{M} > {M}",
            "{M} ≤ {M}",
            "{D} ≥ {D}",
            "{R} < {R}",
            "{C} == {C}",
            "{N} ≠ {N}",
            "{A} ≥ {A}",
            "{T} < {T}",
            "{X} == {X}",
            "{O} == {O}",
            "{S} ≥ {S}",
            "{K} == {K}",
            "{L} > {L}",
            "({B} and {B})",
            "({B} or {B})",
            "(not ({B}))",
            "{M} in 0元..5000元",
            "{C} in {1, 2, 3}",
            "{K} in {{K}, {K}}",
            "{K} not in {{K}}",
            "{S} in startup..mature",
            "{T} < 2026-04-01",
            "({B} == {B})",
            "({R} - {R} > 5pp)",
            "{A} in 2026-01-01..2026-12-31",
            "{P} == {P}",
        ],
    ),
    ('A', &["2026-03-01", "2026-05-31", "({A} + 30d)", "({A} - 1d)", "(if {B} then {A} else {A})", "max({A}, {A})"]),
    ('T', &["({T} + {D})", "({T} - 1h)", "min({T}, {T})"]),
    ('X', &["\"P1\"", "\"x\"", "(if {B} then {X} else {X})", "coalesce({X}, {X})"]),
    ('O', &["host", "planner", "(if {B} then {O} else host)"]),
    ('S', &["startup", "mature", "(if {B} then {S} else growing)", "max({S}, {S})"]),
    ('K', &["solo", "big", "(if {B} then {K} else duo)", "coalesce({K}, {K})"]),
    ('P', &["2026-03", "2026-04"]),
    ('L', &["minor", "severe", "max({L}, {L})"]),
];

/// Formulas for a person in a period: `{live:M}` is a hole for a formula in the rows of `live` as an argument, `{live?B}` one
/// as a condition.
const IN_A_CELL: &[(char, &[&str])] = &[
    (
        'M',
        &[
            "sum({live:M})",
            "sum({live:M} where {live?B})",
            "average({live:M})",
            "max({live:M})",
            "median({live:M} where {live?B})",
            "first({live:M})",
            "quantile({live:M}, 75%)",
            "stddev({live:M})",
            "sum({refund:M})",
            "sum({plan:M})",
            "lookup({plan:M})",
            "lookup({plan:M} where {plan?B})",
            "staff.salary",
            "staff.extra",
            "salary",
            "coalesce(staff.extra, {M})",
            "(if staff.extra is known then staff.extra else {M})",
            "(if staff.extra is known then previous(staff.extra) else {M})",
            "(if staff.extra is missing then {M} else staff.extra + {M})",
            "previous({M})",
            "({M} over team)",
            "({M} over all)",
            "average({M} among team)",
            "max({M} among role where {B})",
            "average({M}, last 2 periods)",
            "sum({M}, last 2 periods)",
            "sum({talk:M})",
            "money",
            "money.target",
            "bar_role",
        ],
    ),
    (
        'D',
        &[
            "sum({live:D})",
            "average({live:D} where {live?B})",
            "sum({task:D})",
            "last({live:D})",
            "previous({D})",
            "time",
            "period.length",
            "({D} over all)",
        ],
    ),
    (
        'R',
        &[
            "(count(live where {live?B}) / count(live))",
            "growth({M})",
            "growth({C})",
            "percentile({M} among all)",
            "share",
            "money.attainment",
            "time.gap",
            "average({live:R})",
            "share.target",
            "coalesce(money.attainment, 0%)",
        ],
    ),
    (
        'C',
        &[
            "count(live)",
            "count(live where {live?B})",
            "count({live:K})",
            "count_distinct({live:K} where {live?B})",
            "count(violation where {violation?B})",
            "count(task where {task?B})",
            "sum({live:C})",
            "rank({M} among team)",
            "rank({D} among all)",
            "streak({B})",
            "staff.quota",
            "period.days",
            "team.size",
            "count_distinct({live:X})",
            "stint.days",
            "max({live:C})",
        ],
    ),
    (
        'N',
        &[
            "average({skill:N})",
            "sum({violation:N})",
            "max({live:N})",
            "average({live:C})",
            "zscore({M} among all)",
            "points",
            "average({live:N} where stars is known)",
        ],
    ),
    (
        'B',
        &[
            "(any({live:B}))",
            "(all({live:B} where {live?B}))",
            "(staff.extra is known)",
            "(staff.extra is missing)",
            "(staff.extra is known and staff.extra > {M})",
            "(staff.extra is missing or staff.extra > {M})",
            "(staff.extra is known or staff.extra > {M})",
            "(not (staff.extra is missing) and staff.extra ≥ {M})",
            "(staff.extra is known and previous(staff.extra) > {M})",
            "(money.met)",
            "(not share.met)",
            "(previous({B}))",
            "(team is known and team.stage == {S})",
        ],
    ),
    ('A', &["period.start", "period.end", "max({task:A})", "first({live:A})", "max({violation:A})"]),
    ('T', &["max({live:T})", "last({live:T})"]),
    ('X', &["staff.name", "staff.id", "team", "staff.team", "first({live:X})"]),
    ('O', &["role", "staff.role"]),
    ('S', &["team.stage", "max(team.stage, {S})"]),
    ('K', &["first({live:K})", "lookup({plan:K})", "last({live:K} where {live?B})"]),
    ('P', &[]),
    ('L', &["max({violation:L})", "last({violation:L})"]),
];

/// What formulas in the rows of a table may name.
const COLUMNS: &[(&str, char, &[&str])] = &[
    ("live", 'M', &["gmv", "gmv", "refunded", "host.salary", "floor.salary", "host.extra"]),
    ("live", 'D', &["watched"]),
    ("live", 'C', &["viewers", "host.quota", "host.team.size"]),
    ("live", 'N', &["stars"]),
    ("live", 'B', &["ok"]),
    ("live", 'A', &["started"]),
    ("live", 'T', &["started"]),
    ("live", 'X', &["id", "host", "floor", "host.name"]),
    ("live", 'O', &["host.role", "floor.role"]),
    ("live", 'S', &["host.team.stage"]),
    ("live", 'K', &["kind"]),
    ("violation", 'A', &["on_day"]),
    ("violation", 'N', &["points"]),
    ("violation", 'L', &["level"]),
    ("violation", 'O', &["who.role"]),
    ("plan", 'M', &["gmv"]),
    ("plan", 'C', &["hits"]),
    ("plan", 'K', &["focus"]),
    ("plan", 'A', &["at_time"]),
    ("plan", 'P', &["at_time"]),
    ("refund", 'M', &["amount", "session.gmv", "session.refunded"]),
    ("refund", 'A', &["on_day"]),
    ("refund", 'B', &["session.ok"]),
    ("refund", 'K', &["session.kind"]),
    ("task", 'D', &["effort"]),
    ("task", 'B', &["urgent"]),
    ("task", 'A', &["opened", "closed"]),
    ("skill", 'N', &["mark"]),
    ("skill", 'K', &["kind"]),
    ("talk", 'M', &["total"]),
    ("talk", 'C', &["n"]),
    ("talk", 'N', &["best"]),
];

/// Columns that may be missing, where something is done about it: a table, a letter and the formula, `#` for the prefix.
const GUARDED: &[(&str, char, &str)] = &[
    ("live", 'M', "coalesce(#refunded, {M})"),
    ("live", 'M', "(if #refunded is known then #refunded else {M})"),
    ("live", 'M', "(if #refunded is missing then {M} else #refunded × {R})"),
    ("live", 'B', "(#stars is known and #stars ≥ {N})"),
    ("live", 'B', "(#stars is missing or #stars > {N})"),
    ("live", 'B', "(#stars is known or #stars > {N})"),
    ("live", 'B', "(#refunded is known)"),
    ("live", 'B', "(#floor is known and #floor.role == {O})"),
    ("live", 'B', "(#refunded is known and #stars > {N})"),
    ("task", 'B', "(#closed is known and #closed ≥ {A})"),
    ("task", 'A', "coalesce(#closed, {A})"),
];

/// A line that may take the place of a simple one.
#[derive(Clone, Debug)]
pub struct Wild {
    /// How the head of its declaration begins.
    block: &'static str,
    /// Which member it is; none for the head.
    member: Option<usize>,
    /// The line.
    text: String,
}

impl Case {
    /// A policy of simple formulas, and lines put together at random that may take the place of some of them.
    pub fn wild(seed: u64) -> (Case, Vec<Wild>) {
        Generator::new(seed, 1).wild_case()
    }

    /// The case with another line in a place.
    #[must_use]
    pub fn with(&self, wild: &Wild) -> Case {
        let mut case = self.clone();
        if let Some(block) = case.blocks.iter_mut().find(|block| block.head.starts_with(wild.block)) {
            match wild.member.and_then(|member| block.members.get_mut(member)) {
                Some(member) => member.clone_from(&wild.text),
                None => block.head.clone_from(&wild.text),
            }
        }
        case
    }

    /// The case of a seed with one or two words of its policy changed.
    pub fn mutant(seed: u64, size: u32) -> Case {
        let mut case = Case::generate(seed, size);
        let mut rng = Rng::new(seed ^ 0x00C0_FFEE);
        // Two at once are seldom sound, and then seldom say more than one.
        let changes = if rng.chance(20) { 2 } else { 1 };
        for _ in 0..changes {
            case.mutate(&mut rng);
        }
        case
    }

    /// Puts another word in the place of one.
    fn mutate(&mut self, rng: &mut Rng) {
        // The first blocks are the tables: a change there is worth less than one in a formula.
        let least = if rng.chance(10) { 0 } else { 13.min(self.blocks.len().saturating_sub(1)) };
        for _ in 0..50 {
            let place = least + rng.below(self.blocks.len() - least);
            let Some(block) = self.blocks.get_mut(place) else { continue };
            let line = rng.below(1 + block.members.len());
            let text = match line.checked_sub(1).and_then(|member| block.members.get_mut(member)) {
                Some(member) => member,
                None => &mut block.head,
            };
            if let Some(changed) = changed(text, rng) {
                *text = changed;
                return;
            }
        }
    }
}

/// Words that may stand for each other, well or ill.
const KINDRED: &[&[&str]] = &[
    &[
        "gmv", "watched", "viewers", "kind", "ok", "stars", "refunded", "started", "host", "floor", "amount", "points",
        "hits", "effort", "mark", "salary", "quota", "extra", "role", "team", "stage", "size", "name", "level",
        "closed", "opened",
    ],
    &[
        "sum",
        "average",
        "median",
        "min",
        "max",
        "first",
        "last",
        "any",
        "all",
        "count",
        "count_distinct",
        "stddev",
        "coalesce",
        "abs",
        "round",
        "previous",
        "growth",
        "streak",
        "lookup",
    ],
    &["rank", "percentile", "zscore", "average", "max"],
    &[
        "money", "duration", "count", "ratio", "number", "bool", "text", "date", "datetime", "month", "role", "stage",
        "kind",
    ],
    &["attainment", "actual", "target", "met", "gap", "score", "grade", "rank"],
    &["and", "or"],
    &["host", "control", "planner", "startup", "growing", "mature", "solo", "duo", "big", "minor", "severe"],
    &["start", "end", "days", "length"],
    &["step", "linear", "marginal"],
    &["+", "-", "×", "÷", "/"],
    &["≥", ">", "≤", "<", "==", "≠"],
    &["true", "false", "none", "self", "0", "1元", "1s", "1%"],
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "98",
    "30s",
    "2h",
    "30d",
    "50%",
    "110%",
    "5pp",
    "1000元",
    "¥5",
    "2026-03-01",
    "2026-03",
    "none",
    "true",
    "\"x\"",
    "staff.salary",
    "staff.extra",
    "role",
    "team.stage",
    "period.days",
    "period.start",
];

/// A text with one word or number in another's place; none if it has none that could be changed.
fn changed(text: &str, rng: &mut Rng) -> Option<String> {
    let words = words(text);
    for _ in 0..8 {
        let (from, to) = rng.pick(&words.iter().copied().chain(words.is_empty().then_some((0, 0))).collect::<Vec<_>>());
        let word = text.get(from..to).unwrap_or_default();
        let other = if word.starts_with(|c: char| c.is_ascii_digit() || c == '¥') {
            rng.pick(NUMBERS)
        } else {
            let sets: Vec<&[&str]> = KINDRED.iter().copied().filter(|set| set.contains(&word)).collect();
            if sets.is_empty() {
                continue;
            }
            {
                let set = rng.pick(&sets);
                rng.pick(set)
            }
        };
        if other != word {
            return Some(format!("{}{other}{}", text.get(..from)?, text.get(to..)?));
        }
    }
    None
}

/// The places of the words, numbers and signs of a text.
fn words(text: &str) -> Vec<(usize, usize)> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '%' | '¥' | '.') => 1,
        '+' | '-' | '×' | '÷' | '/' | '≥' | '>' | '≤' | '<' | '=' | '≠' => 2,
        _ => 0,
    };
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut before = 0;
    for (place, c) in text.char_indices() {
        let next = place + c.len_utf8();
        // A point parts words, but not the digits of a number.
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let dot = c == '.' && !digit(text.get(next..).and_then(|rest| rest.chars().next()));
        let now = if dot { 0 } else { kind(c) };
        match found.last_mut() {
            Some(last) if now != 0 && now == before => last.1 = next,
            _ if now != 0 => found.push((place, next)),
            _ => {}
        }
        before = now;
    }
    found
}

impl Generator {
    fn wild_case(mut self) -> (Case, Vec<Wild>) {
        let mut blocks = self.declare_schema();
        let (kind, row) = (self.schema.kind.word(), At::Row("live", false));
        blocks.extend([
            Block::braces(
                "param bar: money by kind",
                vec!["solo: 10元".into(), "duo: 20元".into(), "big: 30元".into()],
            ),
            Block::braces("param bar_role: money by role", vec!["host: 10元".into(), "else: 20元".into()]),
            Block::line("param flat: money = 5元"),
            Block::line("function more_money(a: money, b: ratio, d: duration, n: count): money = a × b"),
            Block::line("function longer(a: money, b: ratio, d: duration, n: count): duration = d × n"),
            Block::line("function part_of(a: money, b: ratio, d: duration, n: count): ratio = n / 2 × b"),
            Block::braces(
                format!("view talk from live group by host, {kind}"),
                vec!["total = sum(gmv)".into(), "n = count()".into(), "best = max(viewers)".into()],
            ),
        ]);
        let mut wilds = Vec::new();
        let mut wild =
            |block: &'static str, member: Option<usize>, text: String| wilds.push(Wild { block, member, text });
        let texts = |this: &mut Generator, letter: char, at: At, depth: u32| -> [String; 2] {
            [this.wild(letter, at, depth), this.wild(letter, at, depth)]
        };
        for text in texts(&mut self, 'M', At::Constant, 1) {
            wild("param flat", None, format!("param flat: money = {text}"));
        }
        for (name, ty, letter) in [("more_money", "money", 'M'), ("longer", "duration", 'D'), ("part_of", "ratio", 'R')]
        {
            let block = match name {
                "more_money" => "function more_money",
                "longer" => "function longer",
                _ => "function part_of",
            };
            for text in texts(&mut self, letter, At::Body, 2) {
                wild(block, None, format!("function {name}(a: money, b: ratio, d: duration, n: count): {ty} = {text}"));
            }
        }
        for text in texts(&mut self, 'B', row, 2) {
            wild("view talk", None, format!("view talk from live where {text} group by host, {kind} {{"));
        }
        for text in texts(&mut self, 'M', row, 2) {
            wild("view talk", Some(0), format!("total = sum({text})"));
        }
        for text in texts(&mut self, 'N', row, 2) {
            wild("view talk", Some(2), format!("best = max({text} where {})", self.wild('B', row, 1)));
        }
        let indicators = [
            ("money", "indicator money", 'M', "sum(live.gmv)", "1000元"),
            ("time", "indicator time", 'D', "sum(live.watched)", "60s"),
            ("share", "indicator share", 'R', "count(live where ok) / count(live)", "50%"),
            ("points", "indicator points", 'N', "average(skill.mark)", "3"),
        ];
        for (name, block, letter, formula, target) in indicators {
            let members =
                vec![format!("formula {formula}"), format!("target ≥ {target}"), "scoring proportional".into()];
            blocks.push(Block::braces(format!("indicator {name}"), members));
            for text in texts(&mut self, letter, At::Cell(false), 3) {
                wild(block, Some(0), format!("formula {text}"));
            }
            for _ in 0..2 {
                let text = self.wild_target(letter);
                wild(block, Some(1), text);
            }
            let text = self.wild_scoring(letter);
            wild(block, Some(2), text);
        }
        let lines = ["money", "time", "share", "points"].map(|name| format!("{name} weight 25% when missing zero"));
        let mut members: Vec<String> = lines.into();
        members.extend([
            "veto bad when count(violation) > 5".into(),
            "bonus more = count(skill) cap 10".into(),
            "grade { ≥ 80: \"A\", else: \"B\" }".into(),
        ]);
        blocks.push(Block::braces("scorecard card for staff", members));
        for text in texts(&mut self, 'B', At::Cell(false), 2) {
            wild("scorecard card", Some(4), format!("veto bad when {text}"));
        }
        let text = self.wild('N', At::Cell(false), 2);
        wild("scorecard card", Some(5), format!("bonus more = {text} cap 10"));
        let text = self.wild('B', At::Cell(false), 1);
        wild("scorecard card", None, format!("scorecard card for staff where {text} {{"));
        let members = vec![
            "pay first_pay = 10元 × attainment".into(),
            "pay second_pay = 5元".into(),
            "cap 5000元".into(),
            "when true".into(),
        ];
        blocks.push(Block::braces("incentive pay_all for card", members));
        for (member, name) in [(0, "first_pay"), (1, "second_pay")] {
            for text in texts(&mut self, 'M', At::Cell(true), 2) {
                wild("incentive pay_all", Some(member), format!("pay {name} = {text}"));
            }
        }
        let (cap, condition) = (self.wild('M', At::Cell(true), 1), self.wild('B', At::Cell(true), 2));
        wild("incentive pay_all", Some(2), format!("cap {cap}"));
        wild("incentive pay_all", Some(3), format!("when {condition}"));
        let members = vec!["when score < 60".to_owned(), "then by role { host: \"a\", else: \"b\" }".into()];
        blocks.push(Block::braces("rule careful for each scorecard of staff", members));
        for text in texts(&mut self, 'B', At::Cell(true), 2) {
            wild("rule careful", Some(0), format!("when {text}"));
        }
        let key = self.wild('K', At::Cell(false), 2);
        wild("rule careful", Some(1), format!("then by {key} {{ solo: \"a\", else: \"b\" }}"));
        let tables = self.make_rows();
        let (from, to) = self.schema.judged();
        (Case { seed: self.seed, blocks, tables, from, to, tags: self.tags }, wilds)
    }

    fn wild_target(&mut self, letter: char) -> String {
        let cell = At::Cell(false);
        let op = self.pick(&["≥", "≤", ">", "<", "="]);
        let (a, b) = (self.wild(letter, cell, 2), self.wild(letter, cell, 1));
        match self.rng.below(6) {
            0 => format!("target by role {{ host: {op} {a}, planner: none, else: {op} {b} }}"),
            1 => format!("target by team.stage {{ startup: {op} {a}, else: {op} {b} }}"),
            2 => format!("target {op} {a} tolerance {}", self.pick(&["100元", "20%", "10s", "5pp", "1"])),
            3 => format!("target ≥ {a} stretch {b}"),
            4 => format!("target between {a}..{b}"),
            _ => format!("target {op} {a}"),
        }
    }

    fn wild_scoring(&mut self, letter: char) -> String {
        let (x, y) = (self.wild(letter, At::Constant, 0), self.wild(letter, At::Constant, 0));
        match self.rng.below(5) {
            0 => format!("scoring deduct 10% per {x}"),
            1 => format!("scoring step on actual {{ ≥ {x}: 100%, else: {} }}", self.pick(&["0%", "0", "1元"])),
            2 => format!("scoring linear on actual {{ {x}: 0%, {y}: 100% }}"),
            3 => format!("scoring rating of {x}"),
            _ => "scoring linear on attainment { 60%: 0%, 100%: 100% }".to_owned(),
        }
    }

    /// A formula of a type, or now and then of another one.
    fn wild(&mut self, letter: char, at: At, depth: u32) -> String {
        let letter = if self.rng.below(1000) < 12 { self.pick(&TYPES) } else { letter };
        let mut found: Vec<String> = Vec::new();
        let leaf = |text: &str| !text.contains('{') || text.contains(": ") && !text.contains("{M}");
        let mut take = |texts: &[&str]| {
            let declared = |text: &str| {
                ["more_money", "longer", "part_of", "bar[", "flat"].iter().any(|name| text.starts_with(name))
            };
            let here =
                |text: &&&str| (depth > 0 || leaf(text)) && !(matches!(at, At::Body | At::Constant) && declared(text));
            found.extend(texts.iter().filter(here).map(|text| (*text).to_owned()));
        };
        for (of, texts) in ANYWHERE {
            if *of == letter {
                take(texts);
            }
        }
        let constants = found.len();
        match at {
            At::Cell(_) => {
                IN_A_CELL.iter().filter(|(of, _)| *of == letter).for_each(|(_, texts)| {
                    found.extend(
                        texts.iter().filter(|text| depth > 0 || !text.contains('{')).map(|text| (*text).to_owned()),
                    );
                });
                if let (At::Cell(true), 'R') = (at, letter) {
                    found.push("attainment".into());
                }
                if let (At::Cell(true), 'N') = (at, letter) {
                    found.extend(["score".to_owned(), "rank".to_owned()]);
                }
            }
            At::Row(table, named) => {
                if depth == 0 && self.chance(80) {
                    found.clear();
                }
                let prefix = if named { format!("{table}.") } else { String::new() };
                for (of, _, texts) in COLUMNS.iter().filter(|(of, l, _)| *of == table && *l == letter) {
                    debug_assert_eq!(*of, table);
                    // Columns are what rows are about.
                    for _ in 0..1 + constants / 4 {
                        found.extend(texts.iter().map(|text| format!("{prefix}{text}")));
                    }
                }
                let guarded = GUARDED.iter().filter(|(of, l, _)| depth > 0 && *of == table && *l == letter);
                found.extend(guarded.map(|(.., text)| text.replace('#', &prefix)));
            }
            At::Body => found.extend(
                match letter {
                    'M' => &["a", "a"][..],
                    'R' => &["b"],
                    'D' => &["d", "d"],
                    'C' => &["n", "n"],
                    _ => &[],
                }
                .iter()
                .map(|text| (*text).to_owned()),
            ),
            At::Constant => {}
        }
        if found.is_empty() {
            return "0元".into();
        }
        let text = self.pick(&found);
        self.fill(&text, at, depth.saturating_sub(1))
    }

    /// Fills the holes of a template.
    fn fill(&mut self, template: &str, at: At, depth: u32) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let hole = after.split_once('}').map(|(hole, after)| (hole.trim_start_matches('{'), after));
            let letter = |text: &str| text.chars().next().filter(|c| text.len() == 1 && TYPES.contains(c));
            match hole {
                Some((hole, after)) if letter(hole).is_some() => {
                    let text = self.wild(letter(hole).unwrap_or('M'), at, depth);
                    // `{{K}` is a brace and a hole.
                    if rest.split_once('{').is_some_and(|(_, inside)| inside.starts_with('{')) {
                        out.push('{');
                    }
                    out.push_str(&text);
                    rest = after;
                }
                Some((hole, after)) if hole.split([':', '?']).nth(1).is_some_and(|l| letter(l).is_some()) => {
                    let table = COLUMNS.iter().map(|(table, ..)| *table).find(|table| hole.starts_with(table));
                    let of = hole.chars().last().unwrap_or('M');
                    let at = At::Row(table.unwrap_or("live"), hole.contains(':'));
                    let text = self.wild(of, at, depth);
                    out.push_str(&text);
                    rest = after;
                }
                _ => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }
}
