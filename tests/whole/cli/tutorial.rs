//! The tutorial, done as a reader does it: its chapters in order, in one folder; files are written, commands are run, and their
//! output is what the page shows. `INSTA_UPDATE=always` writes what they put out into the pages.
//!
//! A block says what is to be done: ```` ```console ```` has commands behind `$ ` with their output, `kpi`, `cat`, `head -N` and `cd`
//! among them; ```` ```kpi,file=PATH ```` (or `csv`, `toml`) is written to the file, `add=PATH` to its end; ```` ```diff,file=PATH ```` takes
//! the lines behind `-` out of the file and puts those behind `+` there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use kpi_base::Language;
use kpi_cli::Console;
use tempfile::TempDir;

#[test]
fn every_output_of_the_tutorial_is_true() {
    follow("docs/tutorial", Language::English);
}

#[test]
fn every_output_of_the_chinese_tutorial_is_true() {
    follow("docs/tutorial/zh", Language::Chinese);
}

#[test]
fn every_link_of_the_tutorial_leads_somewhere() {
    let mut links = 0;
    for folder in ["docs/tutorial", "docs/tutorial/zh"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let pages = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for page in pages.filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
            for behind in fs::read_to_string(&page).unwrap().split("](").skip(1) {
                let link = behind.split([')', '#']).next().unwrap();
                assert!(folder.join(link).exists(), "{}: {link}", page.display());
                links += 1;
            }
        }
    }
    assert!(links > 30, "{links} links");
}

fn follow(folder: &str, language: Language) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut chapters: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // README.md lists the chapters; these begin with their number.
    chapters.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with(|c: char| c.is_ascii_digit()));
    chapters.sort();
    assert!(!chapters.is_empty(), "{} has no chapters", folder.display());
    let home = TempDir::new().unwrap();
    let mut reader = Reader { home: home.path().to_owned(), cwd: home.path().to_owned(), language };
    for chapter in chapters {
        let page = fs::read_to_string(&chapter).unwrap();
        let done = reader.follow(&page);
        if done == page {
            continue;
        }
        if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
            fs::write(&chapter, done).unwrap();
        } else {
            let same = page.lines().zip(done.lines()).take_while(|(shown, came)| shown == came).count();
            let from = |text: &str| text.lines().skip(same).take(5).collect::<Vec<_>>().join("\n");
            panic!(
                "{}, line {}, shows\n\n{}\n\nand kpi wrote\n\n{}\n",
                chapter.display(),
                same + 1,
                from(&page),
                from(&done)
            );
        }
    }
}

/// Somebody who follows the tutorial.
struct Reader {
    home: PathBuf,
    cwd: PathBuf,
    language: Language,
}

impl Reader {
    /// Does what a page says, and gives the page with the outputs that came.
    fn follow(&mut self, page: &str) -> String {
        let mut done = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            done += &format!("{line}\n");
            // What holds fences itself stands between longer ones.
            let info = line.trim_start_matches('`');
            let fence = "`".repeat(line.len() - info.len());
            if fence.len() < 3 {
                continue;
            }
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
            let text: String = block.iter().map(|line| format!("{line}\n")).collect();
            match info.split_once(',').unwrap_or((info, "")) {
                ("console", _) => done += &self.commands(&block),
                ("diff", file) => {
                    self.change(file.strip_prefix("file=").unwrap(), &block);
                    done += &text;
                }
                (_, rest) => {
                    if let Some(path) = rest.strip_prefix("file=") {
                        self.write(path, &text);
                    } else if let Some(path) = rest.strip_prefix("add=") {
                        let before = fs::read_to_string(self.cwd.join(path)).unwrap();
                        self.write(path, &format!("{before}\n{text}"));
                    }
                    done += &text;
                }
            }
            done += &format!("{fence}\n");
        }
        done
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.cwd.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn change(&self, path: &str, block: &[&str]) {
        let side = |sign: char| -> String {
            block.iter().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
        };
        let before = fs::read_to_string(self.cwd.join(path)).unwrap();
        assert_eq!(before.matches(&side('-')).count(), 1, "{path}: {block:?}");
        self.write(path, &before.replace(&side('-'), &side('+')));
    }

    fn commands(&mut self, block: &[&str]) -> String {
        let commands = block.iter().filter_map(|line| line.strip_prefix("$ "));
        let mut done = String::new();
        for command in commands {
            let output = self.command(command);
            // A page keeps no blanks at ends of lines.
            let output: String = output.lines().map(|line| format!("{}\n", line.trim_end())).collect();
            done += &format!("$ {command}\n{output}");
        }
        done
    }

    fn command(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().collect();
        match *words {
            ["cd", ".."] => self.cwd = self.cwd.parent().unwrap().to_owned(),
            ["cd", folder] => self.cwd = self.cwd.join(folder),
            ["mkdir", folder] => fs::create_dir(self.cwd.join(folder)).unwrap(),
            ["cat", path] => return fs::read_to_string(self.cwd.join(path)).unwrap(),
            ["head", count, path] => {
                let count = count.trim_start_matches('-').parse().unwrap();
                let text = fs::read_to_string(self.cwd.join(path)).unwrap();
                return text.lines().take(count).map(|line| format!("{line}\n")).collect();
            }
            ["kpi", ..] => return self.kpi(words.into_iter().map(|word| word.trim_matches('"').into()).collect()),
            _ => panic!("the tutorial has no command `{command}`"),
        }
        String::new()
    }

    fn kpi(&self, args: Vec<OsString>) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console::plain(&mut out, &mut err, self.cwd.clone());
        console.language = self.language;
        kpi_cli::run(args, &mut console);
        out.extend(err);
        String::from_utf8(out).unwrap().replace(&*self.home.to_string_lossy(), "~")
    }
}
