//! Versions of a project out of its git repository, through the program `git`; nothing is checked out.

use std::fs;
use std::io::{Seek, Write};
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use kpi_base::{Diagnostic, Text, codes::config as codes, text};

use crate::console::{Console, Failure};
use crate::project::CONFIG;

/// Writes the configuration and the policy files of a revision of the project in `root` below the folder `to`.
pub(super) fn copy(revision: &str, root: &Path, to: &Path, console: &Console<'_>) -> Result<(), Failure> {
    let prefix = git(root, &["rev-parse", "--show-prefix"], None)?.map_err(|said| failed(&said))?;
    let prefix = String::from_utf8_lossy(&prefix).trim_end_matches(['\r', '\n']).to_owned();
    let wanted = format!("{revision}^{{commit}}");
    let found = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], None)?;
    let commit = found.map_err(|_| no_version(revision))?;
    let tree = format!("{}:{prefix}", String::from_utf8_lossy(&commit).trim());
    let nothing = || not_there(revision, &console.shown(root));
    let listed = git(root, &["ls-tree", "-r", "-z", "--full-tree", &tree], None)?.map_err(|_| nothing())?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let files: Vec<(&str, &str)> = listed.split('\0').filter_map(entry).collect();
    if !files.iter().any(|(_, path)| *path == CONFIG) {
        return Err(nothing());
    }
    let mut names = tempfile::tempfile()?;
    for (name, _) in &files {
        writeln!(names, "{name}")?;
    }
    names.rewind()?;
    let contents = git(root, &["cat-file", "--batch"], Some(names))?.map_err(|said| failed(&said))?;
    let mut rest = contents.as_slice();
    for (_, path) in files {
        let Some((content, behind)) = next(rest) else { return Err(failed("cat-file")) };
        rest = behind;
        let path = to.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

/// Where the branch of the project in `root` left the default branch of its remote: the commit, and what that branch is called. None
/// where there is no such branch, or no git.
pub(in crate::commands) fn fork(root: &Path) -> Option<(String, String)> {
    let say = |args: &[&str]| -> Option<String> {
        let said = git(root, args, None).ok()?.ok()?;
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        (!said.is_empty()).then_some(said)
    };
    let branch = say(&["symbolic-ref", "--short", "refs/remotes/origin/HEAD"])?;
    Some((say(&["merge-base", "HEAD", &branch])?, branch))
}

/// A file of the project in `root` as a revision has it; none where it has none.
pub(in crate::commands) fn file(revision: &str, root: &Path, path: &Path) -> Option<Vec<u8>> {
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    git(root, &["show", "--end-of-options", &format!("{revision}:./{path}")], None).ok()?.ok()
}

/// The object and the path of a line `100644 blob 3b18…\tpolicy/live.kpi` of a listing, if it is a file that a project is made of.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (what, path) = line.split_once('\t')?;
    let mut words = what.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    let file = kind == "blob" && mode.starts_with("100");
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let name = path.rsplit('/').next()?;
    (file && plain && (name == CONFIG || name.ends_with(".kpi"))).then_some((object, path))
}

/// The first object of a batch, `3b18… blob 7\n…7 bytes…\n`, and what is behind it.
fn next(batch: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = batch.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = batch.split_at_checked(end)?;
    let size: usize = std::str::from_utf8(head).ok()?.rsplit(' ').next()?.parse().ok()?;
    let (content, rest) = rest.get(1..)?.split_at_checked(size)?;
    Some((content, rest.get(1..)?))
}

/// What git writes, or what it says where it fails.
fn git(folder: &Path, args: &[&str], input: Option<fs::File>) -> Result<Result<Vec<u8>, String>, Failure> {
    let mut command = Command::new("git");
    // A pager or a question would wait for somebody.
    command.arg("--no-pager").arg("-C").arg(folder).args(args).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    let output = command.stdin(input.map_or_else(Stdio::null, Stdio::from)).output();
    let output = output.map_err(|error| failed(&error.to_string()))?;
    let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(if output.status.success() { Ok(output.stdout) } else { Err(said()) })
}

fn failed(said: &str) -> Failure {
    let finding = Diagnostic::new(codes::NO_GIT, text!("git does not answer: {why}", why = Text::verbatim(said)));
    Failure::one(finding.help(text!("revisions are read from a git repository; folders can be compared without it")))
}

fn no_version(name: &str) -> Failure {
    let finding = Diagnostic::new(codes::NO_VERSION, text!("there is no revision and no folder `{name}`", name));
    Failure::one(finding.help(text!("name a git revision such as `main` or `HEAD~1`, or a folder with a `kpi.toml`")))
}

fn not_there(revision: &str, folder: &str) -> Failure {
    let message = text!("the revision `{revision}` has no `kpi.toml` in `{folder}`", revision, folder);
    let finding = Diagnostic::new(codes::NO_VERSION, message);
    Failure::one(
        finding.help(text!("the project may have been moved: check the older version out, and name its folder")),
    )
}
