//! The corpus of the grammar: texts with the trees that they must give, in the format of `tree-sitter test`.

/// One of them.
#[derive(Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The policy text.
    pub text: String,
    /// Its tree, with single spaces.
    pub tree: String,
}

/// The cases of a corpus file: a title between lines of `=`, the text, a line of `---`, and the tree.
pub fn cases(corpus: &str) -> Vec<Case> {
    let rule = |line: &str, sign: char| line.len() >= 3 && line.chars().all(|c| c == sign);
    let mut found: Vec<Case> = Vec::new();
    let (mut titles, mut in_tree) = (0, false);
    for line in corpus.lines() {
        if rule(line, '=') {
            if titles % 2 == 0 {
                found.push(Case { name: String::new(), text: String::new(), tree: String::new() });
            }
            titles += 1;
            in_tree = false;
            continue;
        }
        let Some(case) = found.last_mut() else { continue };
        if titles % 2 == 1 {
            case.name.push_str(line);
        } else if rule(line, '-') {
            in_tree = true;
        } else if in_tree {
            case.tree.push_str(line.trim());
            case.tree.push(' ');
        } else {
            case.text.push_str(line);
            case.text.push('\n');
        }
    }
    for case in &mut found {
        case.tree = case.tree.split_whitespace().collect::<Vec<_>>().join(" ").replace(" )", ")");
    }
    found
}
