//! The texts that are being written, and what is known of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysed::{Analysed, AnalysisJob, Leftover, Taken};
use crate::package::{HouseRules, Package};
use crate::snapshot::Snapshot;

/// All policies that an editor has before it. It belongs to one thread; what is known at a moment is a [`Snapshot`].
///
/// Files below a [root](Ide::add_root) are one package, up to the next root below it; a file below none is one by itself.
#[derive(Debug, Default)]
pub struct Ide {
    packages: BTreeMap<PathBuf, Package>,
    roots: Vec<PathBuf>,
}

impl Ide {
    /// Nothing is open yet.
    pub fn new() -> Ide {
        Ide::default()
    }

    /// A folder holds a project: it has a `kpi.toml`. Files that are there already move into its package.
    pub fn add_root(&mut self, folder: &Path) {
        if !self.roots.iter().any(|root| root == folder) {
            self.roots.push(folder.to_owned());
            self.sort_anew();
        }
    }

    /// A folder holds no project any more.
    pub fn remove_root(&mut self, folder: &Path) {
        self.roots.retain(|root| root != folder);
        self.sort_anew();
    }

    /// The projects.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The project to which a path belongs.
    pub fn root_of<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.ancestors().skip(1).find(|folder| self.roots.iter().any(|root| root == folder))
    }

    /// What the project in a folder asks of its policies.
    pub fn set_house(&mut self, folder: &Path, house: HouseRules) {
        self.package_mut(folder.to_owned(), Some(folder.to_owned())).set_house(house);
    }

    /// The text of a file as it is now.
    pub fn set_file(&mut self, path: &Path, text: impl Into<String>) {
        let root = self.root_of(path).map(Path::to_owned);
        let key = root.clone().unwrap_or_else(|| path.to_owned());
        self.package_mut(key, root).set_file(path, text.into());
    }

    /// A file is no longer there.
    pub fn remove_file(&mut self, path: &Path) {
        let key = self.key_of(path);
        if let Some(package) = self.packages.get_mut(&key) {
            package.remove_file(path);
            if package.paths().next().is_none() && !self.roots.contains(&key) {
                self.packages.remove(&key);
            }
        }
    }

    /// The text of a file, if it is known.
    pub fn text(&self, path: &Path) -> Option<&str> {
        self.packages.get(&self.key_of(path))?.text(path)
    }

    /// What is known of the package of a file. Files that have changed are parsed; what takes longer is the business of
    /// [`Ide::job`].
    pub fn snapshot(&mut self, path: &Path) -> Option<Arc<Snapshot>> {
        let key = self.key_of(path);
        Some(self.packages.get_mut(&key)?.snapshot())
    }

    /// The package of a path, by which [`Ide::job`] and [`Ide::package_snapshot`] know it: the folder, or the file that
    /// stands alone.
    pub fn key_of(&self, path: &Path) -> PathBuf {
        self.root_of(path).unwrap_or(path).to_owned()
    }

    /// The keys of all packages that have a file, in order.
    pub fn packages(&self) -> impl Iterator<Item = &PathBuf> {
        self.packages.iter().filter(|(_, package)| package.paths().next().is_some()).map(|(key, _)| key)
    }

    /// What is known of a package.
    pub fn package_snapshot(&mut self, key: &Path) -> Option<Arc<Snapshot>> {
        Some(self.packages.get_mut(key)?.snapshot())
    }

    /// The whole analysis of a package, unless its texts are analysed as they are.
    pub fn job(&mut self, key: &Path) -> Option<AnalysisJob> {
        self.packages.get_mut(key)?.job()
    }

    /// Takes what a job found, unless the package has changed since.
    pub fn take(&mut self, analysed: Analysed) -> Taken {
        match self.packages.get_mut(&analysed.package) {
            Some(package) => package.take(analysed),
            None => Taken { is_news: false, left: Leftover { _analysed: vec![Arc::new(analysed)], _snapshot: None } },
        }
    }

    /// Analyses the package of a file whole, here and now.
    pub fn settle(&mut self, path: &Path) {
        let key = self.key_of(path);
        if let Some(job) = self.job(&key) {
            self.take(job.run());
        }
    }

    fn package_mut(&mut self, key: PathBuf, root: Option<PathBuf>) -> &mut Package {
        self.packages.entry(key.clone()).or_insert_with(|| Package::new(key, root))
    }

    /// Puts each file into the package to which it belongs now.
    fn sort_anew(&mut self) {
        let mut moved = Vec::new();
        for (key, package) in &mut self.packages {
            let paths: Vec<PathBuf> = package.paths().cloned().collect();
            for path in paths {
                let root = path.ancestors().skip(1).find(|folder| self.roots.iter().any(|root| root == folder));
                if root.unwrap_or(&path) != key.as_path() {
                    let text = package.text(&path).unwrap_or_default().to_owned();
                    package.remove_file(&path);
                    moved.push((path, text));
                }
            }
        }
        let roots = &self.roots;
        self.packages.retain(|key, package| package.paths().next().is_some() || roots.contains(key));
        for (path, text) in moved {
            self.set_file(&path, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(ide: &mut Ide, key: &str) -> Vec<String> {
        let snapshot = ide.package_snapshot(Path::new(key)).unwrap();
        snapshot.ids().map(|id| snapshot.files().get(id).unwrap().path.clone()).collect()
    }

    #[test]
    fn files_go_to_the_nearest_project() {
        let mut ide = Ide::new();
        ide.set_file(Path::new("/a/b/x.kpi"), "");
        ide.add_root(Path::new("/a"));
        ide.set_file(Path::new("/a/y.kpi"), "use std.survey\n");
        assert_eq!(paths(&mut ide, "/a"), ["/a/b/x.kpi", "/a/y.kpi", "<std>/survey.kpi"]);
        ide.add_root(Path::new("/a/b"));
        assert_eq!(paths(&mut ide, "/a"), ["/a/y.kpi", "<std>/survey.kpi"]);
        assert_eq!(paths(&mut ide, "/a/b"), ["/a/b/x.kpi"]);
        ide.remove_root(Path::new("/a"));
        assert_eq!(ide.packages().collect::<Vec<_>>(), [Path::new("/a/b"), Path::new("/a/y.kpi")]);
        ide.remove_file(Path::new("/a/y.kpi"));
        assert_eq!(ide.packages().collect::<Vec<_>>(), [Path::new("/a/b")]);
    }

    #[test]
    fn what_was_analysed_before_a_change_is_not_taken() {
        let mut ide = Ide::new();
        let path = Path::new("/x.kpi");
        ide.set_file(path, "dimension a { b }\n");
        let job = ide.job(path).unwrap();
        ide.set_file(path, "dimension a { c }\n");
        assert!(!ide.take(job.run()).is_news);
        let job = ide.job(path).unwrap();
        assert!(ide.take(job.run()).is_news);
        assert!(ide.snapshot(path).unwrap().is_settled());
        assert!(ide.job(path).is_none());
    }
}
