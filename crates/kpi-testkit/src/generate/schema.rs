//! The policy's settings, dimensions, rosters and sources.

use kpi_value::{Calendar, Date, Period, PeriodKind};

use super::{Block, Generator, Rng};

/// How the rows of a roster lie in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterTime {
    /// One row a person.
    Timeless,
    /// `valid from … to …`
    Stock,
    /// `as of month`
    AsOf,
}

/// What the tables of a policy look like, and which periods are judged.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The policy's calendar.
    pub calendar: Calendar,
    /// The policy's period.
    pub kind: PeriodKind,
    /// The first period with data.
    pub first: Period,
    /// The first period judged.
    pub from: Period,
    /// The last period judged, and the last with data.
    pub to: Period,
    /// How staff lie in time.
    pub staff: RosterTime,
    /// How teams lie in time.
    pub team: RosterTime,
    /// Whether a person may be without a team.
    pub team_optional: bool,
    /// Whether a session may be without a floor controller.
    pub floor_optional: bool,
    /// Whether a session starts at a wall time rather than on a day.
    pub with_clock: bool,
    /// Whether the export of sessions counts in minutes.
    pub in_minutes: bool,
    /// Whether violations are sparse.
    pub sparse_violations: bool,
    /// Whether rounding goes half to even.
    pub rounding: Option<&'static str>,
    /// The attainment cap in per cent.
    pub cap: Option<u32>,
    /// Whether marks are steps of a scale.
    pub scaled: bool,
}

/// What people call the roles, in the order of [`ROLES`]; exports hold the one or the other.
pub(super) const ROLE_LABELS: [&str; 3] = ["主播", "场控", "策划"];
pub(super) const ROLES: [&str; 3] = ["host", "control", "planner"];
pub(super) const STAGES: [&str; 3] = ["startup", "growing", "mature"];
pub(super) const KINDS: [&str; 3] = ["solo", "duo", "big"];
pub(super) const SEVERITIES: [&str; 3] = ["minor", "major", "severe"];

impl Schema {
    pub(super) fn choose(rng: &mut Rng) -> Schema {
        let kind = rng.pick(&[
            PeriodKind::Month,
            PeriodKind::Month,
            PeriodKind::Month,
            PeriodKind::Month,
            PeriodKind::Month,
            PeriodKind::Week,
            PeriodKind::Quarter,
            PeriodKind::Day,
        ]);
        let calendar = Calendar {
            week_start: if kind == PeriodKind::Week && rng.chance(30) { 6 } else { 0 },
            year_start: if kind == PeriodKind::Quarter && rng.chance(40) { 4 } else { 1 },
        };
        let day = Date::new(2026, 3 + rng.below(3) as u8, 15).unwrap_or(Date(20_500));
        let to = calendar.period(kind, day);
        let from = to.plus(-(rng.below(3) as i32));
        // Now and then data reach back to the year before, those of a shorter period with a gap between.
        let year = match kind {
            PeriodKind::Quarter => 4,
            PeriodKind::Month if rng.chance(40) => 12,
            _ => 0,
        };
        let first = from.plus(-(1 + rng.below(3) as i32 + year));
        let rosters =
            [RosterTime::Timeless, RosterTime::Timeless, RosterTime::Stock, RosterTime::Stock, RosterTime::AsOf];
        let mut staff = rng.pick(&rosters);
        let mut team = rng.pick(&[RosterTime::Timeless, RosterTime::Timeless, RosterTime::Stock]);
        if kind != PeriodKind::Month && staff == RosterTime::AsOf {
            staff = RosterTime::Stock;
        }
        if staff == RosterTime::Timeless && rng.chance(50) {
            team = RosterTime::Timeless;
        }
        Schema {
            calendar,
            kind,
            first,
            from,
            to,
            staff,
            team,
            team_optional: rng.chance(30),
            floor_optional: rng.chance(40),
            with_clock: rng.chance(60),
            scaled: rng.chance(40),
            in_minutes: rng.chance(30),
            sparse_violations: rng.chance(80),
            rounding: if rng.chance(15) { Some(rng.pick(&["half_even", "down", "up"])) } else { None },
            cap: if rng.chance(20) { Some(rng.pick(&[120, 150, 300])) } else { None },
        }
    }

    /// The first and the last period judged, as they are written.
    pub(super) fn judged(&self) -> (String, String) {
        (self.calendar.show(self.from), self.calendar.show(self.to))
    }

    /// The type of the column by which a plan belongs to a period.
    pub(super) fn plan_type(&self) -> &'static str {
        if self.kind == PeriodKind::Month { "month" } else { "date" }
    }
}

impl Generator {
    pub(super) fn declare_schema(&mut self) -> Vec<Block> {
        let schema = self.schema.clone();
        let mut policy = vec!["edition 1".to_owned(), "currency CNY".into(), format!("period {}", schema.kind.word())];
        self.tag(match schema.kind {
            PeriodKind::Week => "period week",
            PeriodKind::Quarter => "period quarter",
            PeriodKind::Day => "period day",
            _ => "period month",
        });
        if let Some(cap) = schema.cap {
            self.tag("policy attainment cap");
            policy.push(format!("attainment cap {cap}%"));
        }
        if let Some(rounding) = schema.rounding {
            self.tag("policy rounding");
            policy.push(format!("rounding {rounding}"));
        }
        if schema.calendar.week_start == 6 {
            policy.push("week starts sunday".into());
        }
        if schema.calendar.year_start == 4 {
            policy.push("year starts april".into());
        }
        self.tag(match schema.staff {
            RosterTime::Timeless => "roster timeless",
            RosterTime::Stock => "roster valid",
            RosterTime::AsOf => "roster as of",
        });
        let members = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let roles = ROLES.iter().zip(ROLE_LABELS).map(|(role, label)| format!("{role} \"{label}\"")).collect();
        let mut team = vec!["id: text key".to_owned(), "stage: stage".into(), "size: count".into()];
        if schema.team == RosterTime::Stock {
            team.extend(["opened: date".into(), "closed: date?".into(), "valid from opened to closed".into()]);
        }
        let optional = |yes: bool| if yes { "?" } else { "" };
        let mut staff = vec![
            "id: text key".to_owned(),
            "name: text label".into(),
            "role: role".into(),
            format!("team: -> team{}", optional(schema.team_optional)),
            "salary: money".into(),
            "quota: count".into(),
            "extra: money?".into(),
        ];
        match schema.staff {
            RosterTime::Timeless => {}
            RosterTime::Stock => {
                staff.extend(["joined: date".into(), "left_on: date?".into(), "valid from joined to left_on".into()]);
            }
            RosterTime::AsOf => staff.extend(["held: month".into(), "as of held".into()]),
        }
        let mut live = vec![
            "id: text key".to_owned(),
            "host: -> staff subject".into(),
            format!("floor: -> staff{}", optional(schema.floor_optional)),
            format!("started: {} time", if schema.with_clock { "datetime" } else { "date" }),
            "gmv: money from \"成交金额\"".into(),
            format!("watched: duration in {}", if schema.in_minutes { "minutes" } else { "seconds" }),
            "viewers: count".into(),
            "kind: kind".into(),
            "ok: bool".into(),
            "stars: number?".into(),
            "refunded: money?".into(),
        ];
        let mut violation = vec![
            "who: -> staff".to_owned(),
            "on_day: date time".into(),
            "level: severity".into(),
            "points: number".into(),
        ];
        if schema.sparse_violations {
            self.tag("sparse");
            violation.push("sparse".into());
        }
        let plan = vec![
            "who: -> staff".to_owned(),
            format!("at_time: {} time", schema.plan_type()),
            "gmv: money".into(),
            "hits: count".into(),
            "focus: kind".into(),
        ];
        let refund = vec![
            "id: text key".to_owned(),
            "session: -> live".into(),
            "on_day: date time".into(),
            "amount: money".into(),
            "sparse".into(),
        ];
        let mut task = vec![
            "id: text key".to_owned(),
            "owner: -> staff".into(),
            "opened: date".into(),
            "closed: date?".into(),
            "effort: duration in hours".into(),
            "urgent: bool".into(),
            "valid from opened to closed".into(),
        ];
        let mark = if self.schema.scaled { "mark: skill_step" } else { "mark: number" };
        let mut skill = vec!["who: -> staff".to_owned(), mark.into(), "kind: kind".into()];
        if self.chance(30) {
            self.tag("exclude");
            let bound = self.pick(&[100, 2000, 4000]);
            live.push(format!("exclude \"refunded\" where refunded > {bound}元"));
            if self.chance(50) {
                let kind = self.pick(&KINDS);
                live.push(format!("exclude \"not ours\" where kind == {kind} and (stars < 3 or not ok)"));
            }
        }
        if self.chance(10) {
            self.tag("exclude");
            task.push("exclude \"dropped\" where closed < opened + 5d or urgent".into());
        }
        if self.chance(10) {
            self.tag("exclude");
            skill.push("exclude \"low\" where mark < 2".into());
        }
        if self.chance(8) {
            self.tag("exclude");
            staff.push("exclude \"unpaid\" where extra > 100元".into());
        }
        let scale = if self.schema.scaled {
            self.tag("scale");
            let anchors = ["1: \"poor\"", "2: \"fair\"", "3: \"good\"", "4: \"very good\"", "5: \"excellent\""];
            Block::braces("scale skill_step 1..5", anchors.map(str::to_owned).to_vec())
        } else {
            Block::line("// Marks are numbers.")
        };
        vec![
            Block::braces("policy \"Generated\"", policy),
            Block::braces("dimension role", roles),
            Block::braces("dimension stage ordered", members(&STAGES)),
            Block::braces("dimension kind", members(&KINDS)),
            Block::braces("dimension severity ordered", members(&SEVERITIES)),
            scale,
            Block::braces("roster team", team),
            Block::braces("roster staff", staff),
            Block::braces("source live", live),
            Block::braces("source violation", violation),
            Block::braces("source plan", plan),
            Block::braces("source refund", refund),
            Block::braces("source task", task),
            Block::braces("source skill", skill),
        ]
    }
}
