//! The run of a policy's tests on all processors, told in the order of the policy.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use kpi_base::Diagnostic;
use kpi_check::model::{Model, Test};
use kpi_engine::{Input, Inputs, Options, execute};
use kpi_plan::{Roots, stages};
use kpi_results::{Coverage, TestFailure, TestOutcome};
use kpi_score::{Staged, score_stages};
use kpi_test::{judge, judged, unknown_columns};

use crate::console::Failure;
use crate::project::Project;

/// Runs tests, each of its policy; `tell` gets each outcome in the order of the tests, as soon as all before it are there.
///
/// Where nothing is wanted behind the first that fails, what has been begun there is thrown away: what is told hangs on the
/// policy, not on how many tests run at once.
pub(super) fn run_tests(
    policy: &Model,
    tests: &[(&Model, &Test)],
    project: &Project,
    (jobs, fail_fast): (Option<NonZeroUsize>, bool),
    coverage: &mut Option<Coverage>,
    tell: &mut dyn FnMut(&TestOutcome) -> io::Result<()>,
) -> Result<Vec<TestOutcome>, Failure> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = jobs.map_or(processors, NonZeroUsize::get).min(tests.len());
    let next = AtomicUsize::new(0);
    // Sites are those of the policy, which the examples of entries do not have.
    let covers = coverage.is_some();
    let work = |send: mpsc::Sender<(usize, Result<Ran, Failure>)>| {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((model, test)) = tests.get(place) else { return };
            // Nobody listens any more once the run is over.
            if send.send((place, run_test(model, test, project, covers && std::ptr::eq(policy, *model)))).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..jobs {
            let send = send.clone();
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || work(send))?;
        }
        drop(send);
        let mut waiting: Vec<Option<Result<Ran, Failure>>> = tests.iter().map(|_| None).collect();
        let mut told: Vec<TestOutcome> = Vec::with_capacity(tests.len());
        for (place, outcome) in receive {
            if let Some(slot) = waiting.get_mut(place) {
                *slot = Some(outcome);
            }
            while let Some(ran) = waiting.get_mut(told.len()).and_then(Option::take) {
                // Whoever is still at work finds nothing more to do.
                let stop = || next.store(tests.len(), Ordering::Relaxed);
                let Ran { outcome, reached } = ran.inspect_err(|_| stop())?;
                if let Some(coverage) = coverage.as_mut() {
                    coverage.add(&reached);
                }
                tell(&outcome).inspect_err(|_| stop())?;
                let failed = !outcome.passed();
                told.push(outcome);
                if failed && fail_fast {
                    stop();
                    return Ok(told);
                }
            }
        }
        Ok(told)
    })
}

/// Deep expressions are evaluated by recursion, and a thread's own stack is smaller than that of the program.
const STACK: usize = 64 << 20;

/// A test that was run, and the sites of the policy that it reached, if anybody asked.
struct Ran {
    outcome: TestOutcome,
    reached: Vec<bool>,
}

/// Runs one test.
fn run_test(model: &Model, test: &Test, project: &Project, covers: bool) -> Result<Ran, Failure> {
    let (failures, reached) = find_failures(model, test, project, covers)?;
    Ok(Ran { outcome: TestOutcome { name: test.name.clone(), span: test.span, failures }, reached })
}

fn find_failures(
    model: &Model,
    test: &Test,
    project: &Project,
    covers: bool,
) -> Result<(Vec<TestFailure>, Vec<bool>), Failure> {
    let found = with_scores(model, test, |model, scored| {
        let mut reached: Vec<bool> = Vec::new();
        for own in scored.stages().iter().filter(|_| covers).map(kpi_test::coverage::reach) {
            reached.resize(reached.len().max(own.len()), false);
            reached.iter_mut().zip(own).for_each(|(all, own)| *all |= own);
        }
        (judge(model, test, scored, &project.files), reached)
    });
    match found {
        Ok(found) => Ok(found),
        Err(Unscored::Failures(failures)) => Ok((failures, Vec::new())),
        Err(Unscored::Engine) => Err(project.fail(Vec::new())),
    }
}

/// Why a test has no scores.
pub(super) enum Unscored {
    /// Its data, or what is computed of them.
    Failures(Vec<TestFailure>),
    /// The engine itself.
    Engine,
}

/// Scores the data of a test; `then` gets the policy with the test's own values, and the scores.
pub(super) fn with_scores<T>(
    model: &Model,
    test: &Test,
    then: impl FnOnce(&Model, &mut Staged<'_>) -> T,
) -> Result<T, Unscored> {
    let model = &*test.overridden(model);
    let stages = stages(model, &judged(model, test), test.data_until, &Roots::of_test(test));
    let tables = test.tables.iter().map(|table| (table.table, Input::Inline(table.clone())));
    let inputs: Inputs = tables.collect();
    let before =
        |findings: Vec<Diagnostic>| Unscored::Failures(findings.into_iter().map(TestFailure::before).collect());
    let mut facts = Vec::with_capacity(stages.len());
    let mut unknown = Vec::new();
    for stage in &stages {
        let found = match execute(&stage.model, &stage.plan, &inputs, &Options::default()) {
            Ok(found) => found,
            Err(findings) if findings.is_empty() => return Err(Unscored::Engine),
            Err(findings) => return Err(before(findings)),
        };
        for failure in unknown_columns(model, test, &stage.plan, &found) {
            if !unknown.contains(&failure) {
                unknown.push(failure);
            }
        }
        facts.push(found);
    }
    if !unknown.is_empty() {
        return Err(Unscored::Failures(unknown));
    }
    let mut scored = score_stages(&stages, &facts);
    let errors: Vec<_> = scored.findings().into_iter().filter(Diagnostic::is_error).collect();
    if errors.is_empty() { Ok(then(model, &mut scored)) } else { Err(before(errors)) }
}
