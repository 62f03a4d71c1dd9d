//! Random rows, on the boundaries of the policy's periods and targets.

use kpi_value::{Date, Period, PeriodKind};

use super::schema::{KINDS, ROLE_LABELS, ROLES, SEVERITIES, STAGES};
use super::{Csv, Generator, RosterTime};

const GMV: [&str; 14] = [
    "0", "1000", "1000.01", "999.99", "2000", "2500", "2500", "5000", "5000", "4999.99", "5000.01", "10000", "-500",
    "33.33",
];
const WATCHED: [&str; 9] = ["0", "30", "60", "60", "59", "61", "90", "3600", "1200"];
const VIEWERS: [&str; 8] = ["0", "1", "10", "50", "50", "9", "100", "3"];

impl Generator {
    pub(super) fn make_rows(&mut self) -> Vec<Csv> {
        let teams: Vec<String> = (1..=2 + self.rng.below(2)).map(|n| format!("T{n}")).collect();
        let people: Vec<String> = (1..=2 + self.rng.below(2 + 2 * self.size as usize))
            .map(|n| if n % 3 == 2 { format!("员{n}") } else { format!("P{n}") })
            .collect();
        let periods: Vec<Period> = (self.schema.first.index..=self.schema.to.index)
            .map(|index| Period { kind: self.schema.kind, index })
            .collect();
        let periods = self.with_a_year_before(periods);
        let team = self.team_rows(&teams);
        let staff = self.staff_rows(&people, &teams, &periods);
        let live = self.live_rows(&people, &periods);
        let violation = self.violation_rows(&people, &periods);
        let plan = self.plan_rows(&people, &periods);
        let refund = self.refund_rows(&live, &periods);
        let task = self.task_rows(&people, &periods);
        let skill = self.skill_rows(&people);
        let mut tables = vec![team, staff, live, violation, plan, refund, task, skill];
        for table in &mut tables {
            self.shuffle(&mut table.rows);
        }
        tables
    }

    /// With the same periods of the year before, where periods are so short that nobody has rows for all between.
    fn with_a_year_before(&mut self, periods: Vec<Period>) -> Vec<Period> {
        if self.schema.kind >= PeriodKind::Month || self.chance(40) {
            return periods;
        }
        let calendar = self.schema.calendar;
        let mut earlier: Vec<Period> = periods.iter().filter_map(|period| calendar.year_before(*period)).collect();
        earlier.extend(periods);
        earlier
    }

    fn one(&mut self, from: &[&str]) -> String {
        self.rng.pick(from).to_owned()
    }

    /// Exports are in no order.
    fn shuffle(&mut self, rows: &mut [Vec<String>]) {
        for place in (1..rows.len()).rev() {
            let other = self.rng.below(place + 1);
            rows.swap(place, other);
        }
    }

    fn day_in(&mut self, period: Period) -> Date {
        let (start, end) = (self.schema.calendar.start(period), self.schema.calendar.end(period));
        let day = Date(self.rng.between(start.0, end.0));
        match self.rng.below(8) {
            0 => start,
            1 => end,
            // The first and the last day of its week.
            2 => day.plus(-i32::from(day.weekday())).clamp(start, end),
            3 => day.plus(6 - i32::from(day.weekday())).clamp(start, end),
            _ => day,
        }
    }

    fn team_rows(&mut self, teams: &[String]) -> Csv {
        let mut header = vec!["id", "stage", "size"];
        if self.schema.team == RosterTime::Stock {
            header.extend(["opened", "closed"]);
        }
        let mut rows = Vec::new();
        for id in teams {
            let (stage, size) = (self.one(&STAGES), self.one(&["3", "5", "8"]));
            let base = vec![id.clone(), stage, size];
            if self.schema.team == RosterTime::Stock {
                for (from, to) in self.stints() {
                    let mut row = base.clone();
                    if from > self.schema.calendar.start(self.schema.first) {
                        row = vec![id.clone(), self.one(&STAGES), self.one(&["3", "5"])];
                    }
                    row.extend([from.to_string(), to.map(|day| day.to_string()).unwrap_or_default()]);
                    rows.push(row);
                }
            } else {
                rows.push(base);
            }
        }
        Csv { table: "team", header, rows }
    }

    /// Stretches of days, of which some touch and some leave a gap, the last one mostly open.
    fn stints(&mut self) -> Vec<(Date, Option<Date>)> {
        let (first, from, to) = (self.schema.first, self.schema.from, self.schema.to);
        let calendar = self.schema.calendar;
        let begin = calendar.start(first).plus(-10);
        match self.rng.below(8) {
            6 => {
                // Twice within the last period.
                let (start, end) = (calendar.start(to), calendar.end(to));
                let (a, b) = (Date(self.rng.between(start.0, end.0)), Date(self.rng.between(start.0, end.0)));
                let (a, b) = (a.min(b), a.max(b).plus(1));
                let again = b.plus(self.pick(&[1, 1, 2, 4]));
                vec![(begin, Some(a)), (a.plus(1), Some(b)), (again, None)]
            }
            7 => {
                let end = self.day_in(to);
                vec![(begin, Some(end)), (end.plus(1), None)]
            }
            0 => vec![(self.day_in(from), None)],
            1 => vec![(begin, Some(self.day_in(to)))],
            2 => {
                let end = self.day_in(from);
                vec![(begin, Some(end)), (end.plus(1), None)]
            }
            3 => {
                let end = self.day_in(first);
                let again = self.day_in(to).max(end.plus(2));
                vec![(begin, Some(end)), (again, None)]
            }
            _ => vec![(begin, None)],
        }
    }

    fn staff_rows(&mut self, people: &[String], teams: &[String], periods: &[Period]) -> Csv {
        let mut header = vec!["id", "name", "role", "team", "salary", "quota", "extra"];
        match self.schema.staff {
            RosterTime::Timeless => {}
            RosterTime::Stock => header.extend(["joined", "left_on"]),
            RosterTime::AsOf => header.push("held"),
        }
        let mut rows = Vec::new();
        for (n, id) in people.iter().enumerate() {
            let mut row = self.person(id, n, teams);
            match self.schema.staff {
                RosterTime::Timeless => rows.push(row),
                RosterTime::Stock => {
                    for (place, (from, to)) in self.stints().into_iter().enumerate() {
                        // A new row may say the same.
                        if place > 0 && self.chance(75) {
                            row = self.person(id, n, teams);
                        }
                        let mut row = row.clone();
                        row.extend([from.to_string(), to.map(|day| day.to_string()).unwrap_or_default()]);
                        rows.push(row);
                    }
                }
                RosterTime::AsOf => {
                    for period in periods {
                        // A period without any row at all is a lost export.
                        if self.chance(10) && n > 0 {
                            continue;
                        }
                        if self.chance(15) {
                            row = self.person(id, n, teams);
                        }
                        let mut row = row.clone();
                        row.push(self.schema.calendar.show(*period));
                        rows.push(row);
                    }
                    if !rows.iter().any(|row| row.first() == Some(id)) {
                        let mut row = row.clone();
                        row.push(self.schema.calendar.show(self.schema.to));
                        rows.push(row);
                    }
                }
            }
        }
        Csv { table: "staff", header, rows }
    }

    fn person(&mut self, id: &str, n: usize, teams: &[String]) -> Vec<String> {
        let place = if self.chance(60) { 0 } else { n % 3 };
        let names = if self.chance(30) { ROLE_LABELS } else { ROLES };
        let role = names.get(place).map_or_else(String::new, |name| (*name).to_owned());
        let team = if self.schema.team_optional && self.chance(25) { String::new() } else { self.pick(teams) };
        let salary = self.one(&["8000", "8000", "5000.55", "12000", "3333.33", "0"]);
        let quota = self.one(&["0", "1", "2", "3"]);
        let extra = self.one(&["", "", "500", "0"]);
        vec![id.to_owned(), format!("人{n}"), role, team, salary, quota, extra]
    }

    fn live_rows(&mut self, people: &[String], periods: &[Period]) -> Csv {
        let header =
            vec!["id", "host", "floor", "started", "成交金额", "watched", "viewers", "kind", "ok", "stars", "refunded"];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for &period in periods {
            let judged = period >= self.schema.from;
            let missing = !judged && self.chance(15);
            for host in people {
                if missing {
                    continue;
                }
                let mut n = self.pick(&[0, 1, 1, 2, 2, 3]);
                if judged && !rows.iter().any(|row| row.last().is_some_and(|p| *p == self.schema.calendar.show(period)))
                {
                    n = n.max(1);
                }
                for _ in 0..n {
                    let day = self.day_in(period);
                    let started = if self.schema.with_clock {
                        format!("{day} {}", self.pick(&["00:00", "20:00", "23:59", "20:00:30"]))
                    } else {
                        day.to_string()
                    };
                    let floor =
                        if self.schema.floor_optional && self.chance(30) { String::new() } else { self.pick(people) };
                    let row = vec![
                        format!("L{}", rows.len() + 1),
                        host.clone(),
                        floor,
                        started,
                        self.one(&GMV),
                        self.one(&WATCHED),
                        self.one(&VIEWERS),
                        self.one(&KINDS),
                        self.one(&["true", "true", "false"]),
                        self.one(&["", "3", "4.5", "2", "5"]),
                        self.one(&["", "", "100", "0"]),
                        self.schema.calendar.show(period),
                    ];
                    rows.push(row);
                }
            }
        }
        for row in &mut rows {
            row.pop();
        }
        Csv { table: "live", header, rows }
    }

    fn violation_rows(&mut self, people: &[String], periods: &[Period]) -> Csv {
        let header = vec!["who", "on_day", "level", "points"];
        let mut rows = Vec::new();
        for &period in periods {
            let n = self.rng.below(1 + people.len());
            let n = if self.schema.sparse_violations { n } else { n.max(1) };
            for _ in 0..n {
                let day = self.day_in(period);
                rows.push(vec![
                    self.pick(people),
                    day.to_string(),
                    self.one(&SEVERITIES),
                    self.one(&["0", "1", "2", "3", "0.5"]),
                ]);
            }
        }
        Csv { table: "violation", header, rows }
    }

    fn plan_rows(&mut self, people: &[String], periods: &[Period]) -> Csv {
        let header = vec!["who", "at_time", "gmv", "hits", "focus"];
        let mut rows = Vec::new();
        for &period in periods {
            for (n, who) in people.iter().enumerate() {
                if n > 0 && self.chance(12) {
                    continue;
                }
                let time = if self.schema.plan_type() == "month" {
                    self.schema.calendar.show(period)
                } else {
                    self.day_in(period).to_string()
                };
                let gmv = self.one(&["5000", "2500", "10000", "0", "7500", "-1000"]);
                rows.push(vec![who.clone(), time, gmv, self.one(&["1", "2", "3", "0"]), self.one(&KINDS)]);
            }
        }
        Csv { table: "plan", header, rows }
    }

    fn refund_rows(&mut self, live: &Csv, periods: &[Period]) -> Csv {
        let header = vec!["id", "session", "on_day", "amount"];
        let sessions: Vec<String> = live.rows.iter().filter_map(|row| row.first().cloned()).collect();
        let mut rows = Vec::new();
        let n = if self.chance(15) || sessions.is_empty() { 0 } else { self.rng.below(2 * sessions.len().min(8)) };
        for place in 0..n {
            let period = self.pick(periods);
            let day = self.day_in(period);
            rows.push(vec![
                format!("R{place}"),
                self.pick(&sessions),
                day.to_string(),
                self.one(&["50", "100", "100.01", "2500", "0"]),
            ]);
        }
        Csv { table: "refund", header, rows }
    }

    fn task_rows(&mut self, people: &[String], periods: &[Period]) -> Csv {
        let header = vec!["id", "owner", "opened", "closed", "effort", "urgent"];
        let mut rows = Vec::new();
        let n = 1 + self.rng.below(3 * people.len());
        for place in 0..n {
            let (a, b) = (self.pick(periods), self.pick(periods));
            let opened = self.day_in(a);
            let closed = self.day_in(b).max(opened);
            let closed = if self.chance(30) { String::new() } else { closed.to_string() };
            rows.push(vec![
                format!("K{place}"),
                self.pick(people),
                opened.to_string(),
                closed,
                self.one(&["0.5", "1", "2", "8"]),
                self.one(&["true", "false"]),
            ]);
        }
        Csv { table: "task", header, rows }
    }

    fn skill_rows(&mut self, people: &[String]) -> Csv {
        let header = vec!["who", "mark", "kind"];
        let mut rows = Vec::new();
        for who in people {
            let n = self.rng.below(3).max(usize::from(rows.is_empty()));
            for _ in 0..n {
                let broken = if self.schema.scaled { "3" } else { "3.5" };
                rows.push(vec![who.clone(), self.one(&["1", "2", broken, "4", "5"]), self.one(&KINDS)]);
            }
        }
        Csv { table: "skill", header, rows }
    }
}
