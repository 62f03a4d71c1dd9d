use std::rc::Rc;

use kpi_results::{Goal, Quantity, Tracked};
use kpi_value::Dec;

use crate::cards::tests::run;
use crate::{Look, Money, Show, Titles, View, render_run};

fn titles() -> Titles {
    let mut titles = Titles::new(Money { code: "CNY".into(), digits: 2 });
    titles.add_scorecard("host_card", "主播");
    let names = [("A02", "王小雨"), ("李四", "李四光")].map(|(key, name)| (key.to_owned(), name.to_owned()));
    titles.add_subjects("host_card", &Rc::new(names.into()));
    let groups = [("A01", "星火"), ("A02", "星火"), ("李四", "远航")];
    let groups = groups.map(|(key, team)| ((key.to_owned(), "2026-10".to_owned()), team.to_owned()));
    titles.add_groups("host_card", &Rc::new(groups.into()));
    titles
}

fn shown(run: &kpi_results::Run, show: Show) -> String {
    render_run(run, &titles(), View { show, ..View::default() }, Look::default())
}

#[test]
fn teams_and_their_people() {
    insta::assert_snapshot!(shown(&run(), Show::Team));
}

#[test]
fn who_is_ahead_and_who_moved() {
    let mut run = run();
    let mut earlier = run.cards.clone();
    for (card, rank) in earlier.iter_mut().zip([Some(3), Some(2), Some(1), None]) {
        card.period = "2026-09".into();
        card.rank = rank;
    }
    run.cards.splice(0..0, earlier);
    run.period.from = "2026-09".into();
    insta::assert_snapshot!(shown(&run, Show::Ranking));
}

#[test]
fn progress_to_date() {
    insta::assert_snapshot!(shown(&run(), Show::Progress), @r#"
    Live team · 2026-10

    progress · 2026-10

      nothing is tracked: write `track week 1 ÷ 4` in an indicator
    "#);
    let mut run = run();
    run.cards.truncate(1);
    let money = |value: String| Quantity { value, unit: "CNY".into() };
    let tracked = |period: String, actual: Option<i64>, target: i64| Tracked {
        period,
        actual: actual.map(|actual| money(actual.to_string())),
        target: Some(Goal::Bound(money(target.to_string()))),
        progress: actual.and_then(|actual| Dec::int(actual).div(Dec::int(target)).unwrap()),
    };
    let line = &mut run.cards[0].lines[0];
    line.actual = Some(money("80000".into()));
    line.target = Some(Goal::Bound(money("100000".into())));
    line.progress = Some("0.8".parse().unwrap());
    let weeks = [(40, Some(30000)), (41, Some(25000)), (42, Some(24999)), (43, None)];
    let mut track: Vec<Tracked> =
        weeks.into_iter().map(|(week, actual)| tracked(format!("2026-W{week}"), actual, 25000)).collect();
    // Of 4,000 a day: nothing, an eighth less one, an eighth, half, all but one, all, twice, no data.
    let days = [0, 499, 500, 2000, 3999, 4000, 8000].map(Some).into_iter().chain([None]).chain([Some(100); 3]);
    track.extend(days.enumerate().map(|(day, actual)| tracked(format!("2026-10-{:02}", day + 1), actual, 4000)));
    line.track = Some(track);
    insta::assert_snapshot!(shown(&run, Show::Progress), @r#"
    Live team · 2026-10

    progress · 2026-10

      subject  line        period                     actual              of  progress
      ───────  ──────────  ────────────────  ───────────────  ──────────────  ────────  ───────────
      A01      GMV 达成率  2026-10             80,000.00 CNY  100,000.00 CNY       80%  ████████
                             2026-W40          30,000.00 CNY   25,000.00 CNY      120%  ██████████
                             2026-W41          25,000.00 CNY   25,000.00 CNY      100%  ██████████
                             2026-W42          24,999.00 CNY   25,000.00 CNY   99.996%  █████████▉
                             2026-W43                          25,000.00 CNY
                             2026-10-01..11  2 of 11 reached    4,000.00 CNY            ··▁▄▇██ ···
    "#);
}
