//! The projects on the disk: which folders have a `kpi.toml`, and the texts of their policies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kpi_base::Text;
use kpi_ide::HouseRules;

/// What the `kpi.toml` of a project says to an editor.
#[derive(Debug, Default)]
pub struct Rules {
    /// What it asks of its policies.
    pub house: HouseRules,
    /// Its policy files, where it names them; else they are all below its folder.
    pub policies: Option<Vec<PathBuf>>,
    /// Why it cannot be read, if so: somebody has to mend it.
    pub problem: Option<Text>,
}

impl From<HouseRules> for Rules {
    fn from(house: HouseRules) -> Rules {
        Rules { house, ..Rules::default() }
    }
}

/// Reads the rules of the project in a folder. Who starts the server knows the form of `kpi.toml`.
pub type ReadRules = Box<dyn Fn(&Path) -> Rules + Send + Sync>;

/// The name of the configuration of a project.
const CONFIG: &str = "kpi.toml";

/// A project as it is on the disk.
#[derive(Debug)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// What its `kpi.toml` says.
    pub rules: Rules,
    /// Its policy files that can be read, with their texts, in the order of their paths.
    pub files: Vec<(PathBuf, String)>,
}

/// Reads the project in a folder. A folder below with a `kpi.toml` of its own is another project.
pub fn read_project(root: &Path, rules: &ReadRules) -> Project {
    let rules = rules(root);
    let below = || find(root, "**/*.kpi").into_iter().filter(|path| root_of(path).is_some_and(|found| found == root));
    let own = rules.policies.clone().unwrap_or_else(|| below().collect());
    let files = own.into_iter().filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)));
    Project { root: root.to_owned(), files: files.collect(), rules }
}

/// The projects below some folders, and the one in which each of them is.
pub fn find_projects(folders: &[PathBuf]) -> BTreeSet<PathBuf> {
    let below = folders.iter().flat_map(|folder| find(folder, "**/kpi.toml"));
    let around = folders.iter().filter_map(|folder| root_of(&folder.join(CONFIG)).map(Path::to_path_buf));
    below.filter_map(|config| config.parent().map(Path::to_path_buf)).chain(around).collect()
}

/// The folder of the nearest `kpi.toml` upwards.
pub fn root_of(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.join(CONFIG).is_file())
}

fn find(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()));
    // What version control and package managers keep in hidden folders is nobody's policy.
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let mut found: Vec<PathBuf> = glob::glob_with(&pattern, options).into_iter().flatten().flatten().collect();
    found.sort();
    found
}
