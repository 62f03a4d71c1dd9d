//! Whole runs of the engine on small exports.

mod contracts;
mod cubes;
mod encodings;
mod kinds;
mod plans;
mod views;
mod workbooks;

/// A policy with every kind of table.
pub const LIVE: &str = r#"
policy "Live team" { edition 1, currency CNY, period month }
dimension role { host "主播", planner "策划" }
dimension level { minor, severe "严重" }
roster team { id: text key, region: text }
roster staff { id: text key, role: role, team: -> team }
source live {
  id:      text key
  host:    -> staff subject
  floor:   -> staff?
  started: datetime time
  gmv:     money from "成交金额"
  refund:  money?
  watched: duration in minutes
  viewers: count ≥ 0
}
source violation { who: -> staff, on: date time, level: level, sparse }
source plan { who: -> staff, month: month time, gmv: money }
indicator sales "GMV" { formula sum(live.gmv), target ≥ lookup(plan.gmv) }
indicator net { formula sum(live.gmv × 50% - live.refund where refund is known), target ≥ 100元 }
indicator share { formula sum(live.gmv) / (sum(live.gmv) over team), target ≥ 10% }
indicator watch { formula sum(live.watched) / sum(live.viewers), target ≥ 30s }
indicator late { formula count(live where viewers > 100 and gmv ≥ 30元), target ≥ 1 }
indicator severes { formula count(violation where level == severe), target ≤ 1, scoring deduct 50% per 1 }
scorecard card for staff where role == host {
  sales weight 40%
  net weight 10%
  share weight 10%
  watch weight 20%
  late weight 10%
  severes weight 10%
}
"#;

pub const TEAM: &str = "id,region\nT1,north\nT2,south\n";
pub const STAFF: &str = "id,role,team\nA01,主播,T1\nA02,host,T1\nB01,planner,T2\n";
pub const LIVE_ROWS: &str = "\
id,host,floor,started,成交金额,refund,watched,viewers
S1,A01,B01,2026-10-03 20:00,50.25,,1.5,200
S2,A01,,2026-10-31T23:59:59.999999,49.75,0.5,10,100
S3,A02,A01,2026/11/1,7,1.25,2,101
S4,A02,A01,2026-10-01 00:00,30,0,3,101
";
pub const VIOLATION: &str = "who,on,level\nA01,2026-10-09,严重\n";
pub const PLAN: &str = "who,month,gmv\nA01,2026-10,90\nA02,2026/10,40\n";

/// October of the whole policy.
pub fn october() -> crate::fixtures::Fixture {
    crate::fixtures::Fixture::new(LIVE, "2026-10", "2026-10")
        .csv("team", &[TEAM])
        .csv("staff", &[STAFF])
        .csv("live", &[LIVE_ROWS])
        .csv("violation", &[VIOLATION])
        .csv("plan", &[PLAN])
}
