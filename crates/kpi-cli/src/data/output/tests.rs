use std::ffi::OsString;

use super::*;

fn with_console<T>(cwd: &Path, run: impl FnOnce(&Console<'_>) -> T) -> T {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    run(&Console::plain(&mut out, &mut err, cwd.to_owned()))
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_replace_old_ones_together() {
    let temp = TempDir::new().unwrap();
    let dir = temp.path().join("out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("cards.csv"), "old").unwrap();
    fs::write(dir.join("notes.txt"), "mine").unwrap();
    with_console(temp.path(), |console| {
        let output = Output::open(Path::new("out"), console).unwrap();
        output.write("cards.csv", |path| fs::write(path, "new")).unwrap();
        output.write("pay.csv", |path| fs::write(path, "new")).unwrap();
        assert_eq!(fs::read_to_string(dir.join("cards.csv")).unwrap(), "old");
        output.commit().unwrap();
    });
    assert_eq!(names(&dir), ["cards.csv", "notes.txt", "pay.csv"]);
    assert_eq!(fs::read_to_string(dir.join("cards.csv")).unwrap(), "new");
}

#[test]
fn a_file_that_cannot_be_moved_takes_the_others_back() {
    let temp = TempDir::new().unwrap();
    let dir = temp.path().join("out");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("cards.csv"), "old").unwrap();
    with_console(temp.path(), |console| {
        let output = Output::open(Path::new("out"), console).unwrap();
        output.write("cards.csv", |path| fs::write(path, "new")).unwrap();
        output.write("pay.csv", |path| fs::write(path, "new")).unwrap();
        let names = [OsString::from("cards.csv"), OsString::from("gone.csv"), OsString::from("pay.csv")];
        assert!(output.move_files(&names).is_err());
    });
    assert_eq!(names(&dir), ["cards.csv"]);
    assert_eq!(fs::read_to_string(dir.join("cards.csv")).unwrap(), "old");
}

#[test]
fn a_failed_run_leaves_no_folder_behind() {
    let temp = TempDir::new().unwrap();
    with_console(temp.path(), |console| {
        drop(Output::open(Path::new("fresh"), console).unwrap());
        assert!(names(temp.path()).is_empty());
        fs::write(temp.path().join("file"), "").unwrap();
        assert!(Output::open(Path::new("file"), console).is_err());
        assert!(Output::open(Path::new("file/below"), console).is_err());
    });
}
