//! Projects in folders of their own, and the command run over them in this process.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_cli::Console;
use tempfile::TempDir;

/// A project that a test may spoil.
pub struct Project {
    folder: TempDir,
}

/// What a command wrote, and its exit code.
pub struct Outcome {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Project {
    /// An empty folder.
    pub fn empty() -> Project {
        Project { folder: TempDir::new().unwrap() }
    }

    /// The policy of the reference's first chapter with a month of four hosts.
    pub fn live() -> Project {
        let project = Project::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/live"), project.folder.path());
        project
    }

    /// The same with all that a card may hold: a group, a band, a watched line, a capping veto, points added; and with pay
    /// and a rule that hang on no card.
    pub fn rich() -> Project {
        let project = Project::live();
        let policy = project.read("policy/live.kpi");
        let data = policy.split("indicator gmv_attainment").next().unwrap();
        let rest = include_str!("../fixtures/rich.kpi");
        project.write("policy/live.kpi", format!("{data}{rest}"))
    }

    /// Writes a file of the project.
    pub fn write(self, path: &str, text: impl AsRef<[u8]>) -> Project {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Replaces a part of a file, which must be there.
    pub fn replace(self, path: &str, from: &str, to: &str) -> Project {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, text.replacen(from, to, 1))
    }

    /// Takes a file away.
    pub fn remove(self, path: &str) -> Project {
        fs::remove_file(self.path(path)).unwrap();
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs `kpi` with arguments separated by blanks, in the project's folder.
    pub fn kpi(&self, args: &str) -> Outcome {
        run(self.folder.path(), args)
    }

    /// The same with arguments that may hold blanks.
    pub fn kpi_with(&self, args: &[&str]) -> Outcome {
        run_with(self.folder.path(), args)
    }
}

/// Runs `kpi` in a folder, whose path is taken out of what it says.
pub fn run(cwd: &Path, args: &str) -> Outcome {
    run_with(cwd, &args.split_whitespace().collect::<Vec<_>>())
}

fn run_with(cwd: &Path, args: &[&str]) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console::plain(&mut out, &mut err, cwd.to_owned());
    let args = std::iter::once("kpi").chain(args.iter().copied()).map(OsString::from);
    let code = kpi_cli::run(args, &mut console) as u8;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&*cwd.to_string_lossy(), "[project]");
    Outcome { code, out: text(out), err: text(err) }
}

impl Outcome {
    /// Everything, for a snapshot.
    pub fn whole(&self) -> String {
        format!("exit {}\n── stdout ──\n{}── stderr ──\n{}", self.code, self.out, self.err)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
