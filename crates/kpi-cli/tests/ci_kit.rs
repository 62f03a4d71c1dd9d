//! The files of `docs/ci`, as the services that they are for would run them: the scripts of the action and of the template, and the hooks
//! by pre-commit itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

/// A file of the repository.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn yaml(path: &str) -> Yaml {
    let text = fs::read_to_string(file(path)).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap_or_else(|why| panic!("{path}: {why}"));
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

fn text(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

/// A repository with a project that runs, and a folder with the program `kpi` for the path.
struct Repository {
    folder: TempDir,
    base: String,
}

impl Repository {
    /// With one commit, and a change of a target behind it.
    fn new() -> Repository {
        let folder = TempDir::new().unwrap();
        let repository = Repository { folder, base: String::new() };
        fs::create_dir_all(repository.path("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kpi"), repository.path("bin/kpi")).unwrap();
        repository.ok(repository.command("kpi", ".").args(["init", "mine", "--template", "live"]));
        let repository = repository.commit();
        let policy = repository.read("mine/policy/live.kpi");
        let changed = policy.replacen("growth: ≥ 45s", "growth: ≥ 55s", 1);
        assert_ne!(policy, changed);
        repository.write("mine/policy/live.kpi", &changed);
        repository
    }

    fn commit(mut self) -> Repository {
        let git = |args: &[&str]| self.ok(self.command("git", "mine").args(args));
        git(&["init", "-q", "-b", "main"]);
        git(&["add", "-A"]);
        git(&["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "agreed"]);
        self.base = git(&["rev-parse", "HEAD"]).trim().to_owned();
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    /// A program in a folder of the repository, with `kpi` on the path and nothing of the machine's configuration.
    fn command(&self, program: &str, folder: &str) -> Command {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.current_dir(self.path(folder)).env("PATH", path).env("KPI_LANG", "en");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for name in ["GITHUB_STEP_SUMMARY", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_COMMIT_BEFORE_SHA", "GIT_DIR"] {
            command.env_remove(name);
        }
        command
    }

    fn ok(&self, command: &mut Command) -> String {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The one step of the action, run as GitHub runs it.
struct Step {
    repository: Repository,
    script: String,
    names: Vec<String>,
}

impl Step {
    fn new() -> Step {
        let action = yaml("docs/ci/github/action.yml");
        let step = &action["runs"]["steps"][0];
        let names = step["env"].as_hash().unwrap().keys().map(|name| text(name).to_owned()).collect();
        Step { repository: Repository::new(), script: text(&step["run"]).to_owned(), names }
    }

    fn run(&self, set: &[(&str, &str)]) -> Output {
        fs::create_dir_all(self.repository.path("temp")).unwrap();
        self.repository.write("outputs", "");
        self.repository.write("summary", "another step\n");
        self.repository.write("step.sh", &self.script);
        let mut command = self.repository.command("bash", "mine");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(self.repository.path("step.sh"));
        self.names.iter().for_each(|name| {
            command.env(name, "");
        });
        command.env("KPI_PATH", ".").env("KPI_BASE", &self.repository.base).env("KPI_LANG", "en");
        command.env("RUNNER_TEMP", self.repository.path("temp"));
        command.env("GITHUB_STEP_SUMMARY", self.repository.path("summary"));
        command.env("GITHUB_OUTPUT", self.repository.path("outputs"));
        set.iter().for_each(|(name, value)| {
            assert!(self.names.iter().any(|known| known == name), "{name}");
            command.env(name, value);
        });
        command.output().unwrap()
    }
}

#[test]
fn the_action_is_one() {
    let action = yaml("docs/ci/github/action.yml");
    assert_eq!(text(&action["runs"]["using"]), "composite");
    assert!(!text(&action["name"]).is_empty() && !text(&action["description"]).is_empty());
    let step = &action["runs"]["steps"][0];
    assert_eq!((text(&step["shell"]), text(&step["id"])), ("bash", "kpi"));
    let script = text(&step["run"]);
    // What comes from outside is never a part of the script.
    assert!(!script.contains("${{"), "{script}");
    let env = step["env"].as_hash().unwrap();
    let read: Vec<&str> = env.values().map(text).collect();
    for (name, input) in action["inputs"].as_hash().unwrap() {
        let name = text(name);
        assert!(!text(&input["description"]).is_empty() && input["default"].as_str().is_some(), "{name}");
        assert!(read.iter().any(|value| value.contains(&format!("inputs.{name}"))), "nobody reads the input {name}");
    }
    for name in env.keys().map(text) {
        assert!(script.contains(&format!("${name}")) || name == "KPI_LANG", "nobody reads {name}");
    }
    for (name, output) in action["outputs"].as_hash().unwrap() {
        let name = text(name);
        assert_eq!(text(&output["value"]), format!("${{{{ steps.kpi.outputs.{name} }}}}"));
        assert!(script.contains(&format!("echo \"{name}=")), "nobody writes the output {name}");
    }
}

#[test]
fn the_workflow_uses_what_the_action_has() {
    let (workflow, action) = (yaml("docs/ci/github/workflow.yml"), yaml("docs/ci/github/action.yml"));
    let steps = workflow["jobs"]["policy"]["steps"].as_vec().unwrap();
    let of_action = steps.iter().find(|step| step["uses"].as_str() == Some("./.github/actions/kpi")).unwrap();
    for name in of_action["with"].as_hash().unwrap().keys() {
        assert!(!action["inputs"][text(name)].is_badvalue(), "{name:?}");
    }
    let checkout =
        steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")));
    assert_eq!(checkout.unwrap()["with"]["fetch-depth"].as_i64(), Some(0));
    for step in steps.iter().filter_map(|step| step["run"].as_str()) {
        assert!(!step.contains("${{"), "{step}");
    }
    assert!(!workflow["on"]["pull_request"].is_badvalue());
}

#[test]
fn the_action_annotates_and_summarises() {
    let step = Step::new();
    let done = step.run(&[]);
    // A test of the template says what 45 seconds are worth, and so notices.
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.contains("::error file=policy/live.kpi,line="), "{out}");
    assert!(out.contains("::notice file=policy/live.kpi,line="), "{out}");
    let summary = step.repository.read("summary");
    assert!(summary.starts_with("another step\n### kpi ci: "), "{summary}");
    assert_eq!(summary.matches("### kpi ci: ").count(), 1, "{summary}");
    assert!(summary.contains("| impact | ✅ passed |"), "{summary}");
    let outputs = step.repository.read("outputs");
    let output = |name: &str| {
        let line = outputs.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("{name}: {outputs}")).to_owned()
    };
    assert_eq!(output("exit-code"), "1");
    assert_eq!(format!("another step\n{}", fs::read_to_string(output("markdown")).unwrap()), summary);
    assert!(fs::read_to_string(output("junit")).unwrap().contains("<testsuite name=\"kpi ci\""));
}

#[test]
fn the_action_hands_its_inputs_over() {
    let step = Step::new();
    let summary = |set: &[(&str, &str)]| {
        let done = step.run(set);
        (done.status.code(), step.repository.read("summary"))
    };
    // Zeros are no version, and the repository has no remote.
    let (_, told) = summary(&[("KPI_BASE", "0000000000000000000000000000000000000000")]);
    assert!(told.contains("| diff | ⚪ did not run |"), "{told}");
    let (code, told) = summary(&[("KPI_BASE", "1234567890123456789012345678901234567890")]);
    assert_eq!(code, Some(2), "{told}");
    let (code, told) = summary(&[("KPI_FAIL_ON", "cards > 0")]);
    assert_eq!(code, Some(1));
    assert!(told.contains("more than `--fail-on` allows"), "{told}");
    let (_, told) =
        summary(&[("KPI_CHANGED_SINCE", &step.repository.base), ("KPI_LANG", "zh"), ("KPI_PERIOD", "2026-10")]);
    assert!(told.contains("以来的改动触及"), "{told}");
    let (code, _) = summary(&[("KPI_ENV", "nowhere")]);
    assert_eq!(code, Some(2));
    // A name is a name, and no command.
    let (code, _) = summary(&[("KPI_PATH", "$(touch hacked); touch hacked")]);
    assert_eq!(code, Some(2));
    assert!(!step.repository.path("mine/hacked").exists());
}

#[test]
fn the_template_of_gitlab_reports() {
    let template = yaml("docs/ci/gitlab/kpi.gitlab-ci.yml");
    let job = &template["kpi"];
    assert_eq!(template.as_hash().unwrap().len(), 1);
    assert_eq!(text(&job["artifacts"]["when"]), "always");
    let script = text(&job["script"][0]);
    let repository = Repository::new();
    let run = |set: &[(&str, &str)]| {
        let mut command = repository.command("sh", "mine");
        command.args(["-c", script]);
        for (name, value) in job["variables"].as_hash().unwrap() {
            command.env(text(name), value.as_str().map_or_else(|| value.as_i64().unwrap().to_string(), str::to_owned));
        }
        set.iter().for_each(|(name, value)| {
            command.env(name, value);
        });
        command.output().unwrap()
    };
    let done = run(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &repository.base)]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let reports = &job["artifacts"]["reports"];
    let report = |name: &str| repository.read(&format!("mine/{}", text(&reports[name])));
    assert!(report("junit").contains("<testsuite name=\"kpi ci\""));
    let quality: serde_json::Value = serde_json::from_str(&report("codequality")).unwrap();
    let issues = quality.as_array().unwrap();
    assert!(issues.iter().any(|issue| issue["check_name"] == "kpi diff"), "{quality}");
    // What GitLab asks of an issue.
    for issue in issues {
        for key in ["description", "check_name", "fingerprint"] {
            assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {issue}");
        }
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        assert_eq!(issue["location"]["path"].as_str(), Some("policy/live.kpi"), "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
    }
    let told = repository.read(&format!("mine/{}", text(&job["artifacts"]["paths"][0])));
    assert!(told.starts_with("### kpi ci: "), "{told}");
    let done = run(&[("CI_COMMIT_BEFORE_SHA", "0000000000000000000000000000000000000000")]);
    assert!(said(&done).contains("no base revision"), "{}", said(&done));
    let done = run(&[
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &repository.base),
        ("KPI_FAIL_ON", "cards > 0"),
        ("KPI_PERIOD", "2026-10"),
    ]);
    assert!(said(&done).contains("more than `--fail-on` allows"), "{}", said(&done));
}

/// The hooks with what they run; each is a command that kpi has.
#[test]
fn the_hooks_run_commands() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let repository = Repository::new();
    for hook in hooks.as_vec().unwrap() {
        let id = text(&hook["id"]);
        assert!(!text(&hook["name"]).is_empty() && !text(&hook["description"]).is_empty());
        assert_eq!(text(&hook["language"]), "system");
        let mut words = text(&hook["entry"]).split(' ');
        assert_eq!(words.next(), Some("kpi"), "{id}");
        let mut command = repository.command("kpi", "mine");
        command.args(words);
        if hook["pass_filenames"].as_bool() != Some(false) {
            command.arg("policy/live.kpi");
        }
        let done = command.output().unwrap();
        // The template's test notices the change; all else is in order.
        assert_eq!(done.status.code(), Some(i32::from(id == "kpi-test")), "{id}: {}", said(&done));
    }
    let config = yaml("docs/ci/pre-commit/.pre-commit-config.yaml");
    for hook in config["repos"][0]["hooks"].as_vec().unwrap() {
        assert!(hooks.as_vec().unwrap().iter().any(|known| known["id"] == hook["id"]), "{hook:?}");
    }
}

/// By pre-commit itself, where it is; in CI it has to be.
#[test]
fn the_hooks_run_in_pre_commit() {
    if Command::new("pre-commit").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "pre-commit is needed (pip install pre-commit)");
        return;
    }
    let repository = Repository::new();
    fs::create_dir_all(repository.path("kpi")).unwrap();
    fs::copy(file(".pre-commit-hooks.yaml"), repository.path("kpi/.pre-commit-hooks.yaml")).unwrap();
    let git = |args: &[&str]| repository.ok(repository.command("git", "kpi").args(args));
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "hooks"]);
    let revision = git(&["rev-parse", "HEAD"]);
    let config = fs::read_to_string(file("docs/ci/pre-commit/.pre-commit-config.yaml")).unwrap();
    let named = config
        .replace("https://example.org/kpi", &repository.path("kpi").to_string_lossy())
        .replace("rev: main", &format!("rev: {}", revision.trim()));
    assert_ne!(config, named);
    repository.write("mine/.pre-commit-config.yaml", &named);
    repository.ok(repository.command("git", "mine").args(["add", "-A"]));
    let run = || {
        let mut command = repository.command("pre-commit", "mine");
        command.args(["run", "--all-files"]).env("PRE_COMMIT_HOME", repository.path("home")).output().unwrap()
    };
    let done = run();
    assert!(done.status.success(), "{}", said(&done));
    // What is not in style is written so, which stops the commit; then all is well.
    let policy = repository.read("mine/policy/live.kpi");
    repository.write("mine/policy/live.kpi", &policy.replacen("growth: ≥ 55s", "growth:   ≥ 55s", 1));
    let done = run();
    assert!(said(&done).contains("files were modified by this hook"), "{}", said(&done));
    assert_eq!(repository.read("mine/policy/live.kpi"), policy);
    assert!(run().status.success());
    // An error stops it too.
    repository.write("mine/policy/live.kpi", &policy.replacen("weight 50%", "weight 51%", 1));
    let done = run();
    assert!(said(&done).contains("K4"), "{}", said(&done));
    assert!(!done.status.success());
}
