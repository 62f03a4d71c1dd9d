//! The table of features: what each does, by which messages, and the tests that ask for it as an editor does.

#[cfg(unix)]
use crate::numbers;
use crate::{documents, lists, navigate, session, show};

/// A row of docs/editor.md.
pub struct Feature {
    /// By what tests elsewhere name it, in a comment `// feature: hover` above them.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
    /// Its messages: its tests send each one and get a useful answer, or are sent it.
    pub methods: &'static [&'static str],
    /// Its tests with their names.
    pub tests: &'static [(&'static str, fn())],
    /// Whether it is a function of `kpi-ide`, and has a test of a `$0` fixture there; else it is the server's alone.
    pub of_policies: bool,
}

macro_rules! tests {
    ($($module:ident :: $test:ident),+ $(,)?) => {
        &[$((concat!(stringify!($module), "::", stringify!($test)), $module::$test)),+]
    };
}

/// All rows: first what is said of policies, then what makes a session.
pub const FEATURES: &[Feature] = &[
    Feature {
        id: "findings",
        name: "Findings",
        does: "What the compiler, the house rules and the proofs have to say stands in the text while it is written, for all files of a project.",
        methods: &[
            "textDocument/publishDiagnostics",
            "textDocument/diagnostic",
            "workspace/diagnostic",
            "workspace/diagnostic/refresh",
        ],
        tests: tests![
            session::findings_come_and_go_while_the_text_changes,
            session::files_of_a_project_are_checked_together,
            session::the_house_rules_of_a_project_hold_in_the_editor,
            documents::a_client_that_asks_for_findings_is_not_sent_them,
            documents::a_client_is_told_to_ask_again_when_the_whole_is_known,
        ],
        of_policies: true,
    },
    Feature {
        id: "hover",
        name: "Hover",
        does: "Says what a name means, its unit and between what its values lie, its formula and target in words; what a word of the language does.",
        methods: &["textDocument/hover"],
        tests: tests![show::a_hover_speaks_the_language_of_the_user],
        of_policies: true,
    },
    Feature {
        id: "completion",
        name: "Completion",
        does: "Offers what can be written at a place, in the language of the file, what has the unit that the place wants first; headers and values of the exports; Chinese names by their pinyin, too.",
        methods: &["textDocument/completion", "completionItem/resolve"],
        tests: tests![
            show::completions_and_what_is_said_of_them,
            lists::choices_come_behind_each_sign,
            numbers::headers_and_values_of_exports_are_offered,
        ],
        of_policies: true,
    },
    Feature {
        id: "signature",
        name: "Signatures",
        does: "Shows what a function or an entry takes while its call is written.",
        methods: &["textDocument/signatureHelp"],
        tests: tests![show::a_signature_while_its_call_is_written, lists::signatures_come_behind_each_sign],
        of_policies: true,
    },
    Feature {
        id: "definition",
        name: "Definition",
        does: "Leads from a name to its declaration, into other files and into the library.",
        methods: &["textDocument/definition"],
        tests: tests![navigate::names_lead_to_other_files_and_into_the_library],
        of_policies: true,
    },
    Feature {
        id: "type",
        name: "Type definition",
        does: "Leads from a name to what its values are of: a dimension, a scale, a table.",
        methods: &["textDocument/typeDefinition"],
        tests: tests![navigate::types_references_and_highlights],
        of_policies: true,
    },
    Feature {
        id: "references",
        name: "References and highlights",
        does: "Finds every place where a name stands for the same thing, in all files; in the file at hand while the cursor is on it.",
        methods: &["textDocument/references", "textDocument/documentHighlight"],
        tests: tests![navigate::types_references_and_highlights],
        of_policies: true,
    },
    Feature {
        id: "symbols",
        name: "Outline",
        does: "Lists what a file declares, with columns, members, lines and brackets; even of a broken file.",
        methods: &["textDocument/documentSymbol"],
        tests: tests![
            session::the_outline_lists_declarations_even_of_a_broken_policy,
            navigate::the_outline_has_what_is_in_declarations_and_symbols_are_found_in_all_files,
        ],
        of_policies: true,
    },
    Feature {
        id: "workspace-symbols",
        name: "Symbols of all files",
        does: "Finds declarations by parts of their names and labels, and by pinyin.",
        methods: &["workspace/symbol"],
        tests: tests![navigate::the_outline_has_what_is_in_declarations_and_symbols_are_found_in_all_files],
        of_policies: true,
    },
    Feature {
        id: "calls",
        name: "Call hierarchy",
        does: "Follows what is computed of what: from an indicator to the cards that weigh it, and to what it reads.",
        methods: &["textDocument/prepareCallHierarchy", "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"],
        tests: tests![navigate::indicators_are_followed_to_cards_and_entries],
        of_policies: true,
    },
    Feature {
        id: "rename",
        name: "Renaming",
        does: "Gives something another name in all files, tests and `kpi.toml`, data being read as before; refuses what would change a meaning.",
        methods: &["textDocument/prepareRename", "textDocument/rename"],
        tests: tests![
            navigate::a_renaming_reaches_all_files_and_the_bindings,
            navigate::a_client_that_takes_versioned_changes_gets_them,
        ],
        of_policies: true,
    },
    Feature {
        id: "library",
        name: "In files of the library",
        does: "What definition has opened of the library can be read on: hover, definition, references, outline and colours work in it.",
        methods: &[
            "textDocument/hover",
            "textDocument/definition",
            "textDocument/references",
            "textDocument/documentSymbol",
        ],
        tests: tests![navigate::a_file_of_the_library_can_be_read_on],
        of_policies: true,
    },
    Feature {
        id: "fixes",
        name: "Quick fixes",
        does: "Makes the change that a finding proposes, or accepts the finding with a reason.",
        methods: &["textDocument/codeAction"],
        tests: tests![show::actions_mend_findings_and_come_by_kind],
        of_policies: true,
    },
    Feature {
        id: "extract",
        name: "Extracting a parameter",
        does: "Makes a parameter of a number in a formula.",
        methods: &["textDocument/codeAction"],
        tests: tests![lists::a_number_is_made_a_parameter],
        of_policies: true,
    },
    Feature {
        id: "add-test",
        name: "Adding a test",
        does: "Writes a policy test of a target, a grade or a bracket of pay, with a row in each table that it needs.",
        methods: &["textDocument/codeAction"],
        tests: tests![lists::a_test_is_written_for_a_target],
        of_policies: true,
    },
    Feature {
        id: "punctuation",
        name: "Punctuation",
        does: "Puts the punctuation of a file into its one form, or of what is selected.",
        methods: &["textDocument/codeAction"],
        tests: tests![show::actions_mend_findings_and_come_by_kind],
        of_policies: true,
    },
    Feature {
        id: "fix-all",
        name: "All safe changes",
        does: "Makes all changes of a file that can move no score, no grade and no pay.",
        methods: &["textDocument/codeAction"],
        tests: tests![lists::all_safe_changes_are_one_action],
        of_policies: true,
    },
    Feature {
        id: "hints",
        name: "Hints",
        does: "Shows the unit of each indicator behind its name, and behind the head of a card what its weights add up to and how often it is judged.",
        methods: &["textDocument/inlayHint"],
        tests: tests![show::hints_and_lenses],
        of_policies: true,
    },
    Feature {
        id: "lenses",
        name: "Lenses",
        does: "Starts a run, an explanation or tests from the declaration that they are of.",
        methods: &["textDocument/codeLens"],
        tests: tests![show::hints_and_lenses],
        of_policies: true,
    },
    // Its tests stand a shell script in for a kpi that reads exports.
    #[cfg(unix)]
    Feature {
        id: "numbers",
        name: "Numbers of the exports",
        does: "Shows what the exports of the last periods come to: behind indicators, above cards and incentives, in hovers; marked while the text is another.",
        methods: &[
            "textDocument/inlayHint",
            "textDocument/codeLens",
            "textDocument/hover",
            "workspace/inlayHint/refresh",
            "workspace/codeLens/refresh",
        ],
        tests: tests![
            numbers::a_changed_target_updates_them_and_until_then_they_are_marked,
            numbers::changed_exports_are_read_again,
            numbers::a_run_for_an_earlier_text_is_killed_and_holds_up_nothing,
            numbers::why_there_are_none_is_said_where_somebody_asks,
        ],
        of_policies: true,
    },
    Feature {
        id: "colours",
        name: "Colours",
        does: "Colours each word by what it stands for; the whole file, what has changed of it, or a stretch.",
        methods: &[
            "textDocument/semanticTokens/full",
            "textDocument/semanticTokens/full/delta",
            "textDocument/semanticTokens/range",
        ],
        tests: tests![show::colours_whole_by_change_and_of_a_range, lists::every_colour_is_used],
        of_policies: true,
    },
    Feature {
        id: "format",
        name: "Formatting",
        does: "Puts a file into the one style, which keeps its comments and its meaning.",
        methods: &["textDocument/formatting"],
        tests: tests![session::a_document_is_formatted_as_a_whole],
        of_policies: true,
    },
    Feature {
        id: "format-range",
        name: "Formatting a selection",
        does: "Puts the declarations of a selection into style, though others may be broken.",
        methods: &["textDocument/rangeFormatting"],
        tests: tests![show::what_is_typed_and_a_stretch_are_formatted],
        of_policies: true,
    },
    Feature {
        id: "format-typed",
        name: "Formatting while typing",
        does: "Puts a declaration into style when its last brace is typed, indents a new line, and makes full-width punctuation half-width outside of texts.",
        methods: &["textDocument/onTypeFormatting"],
        tests: tests![
            show::what_is_typed_and_a_stretch_are_formatted,
            lists::each_sign_is_put_into_style_as_it_is_typed,
        ],
        of_policies: true,
    },
    Feature {
        id: "folds",
        name: "Folding",
        does: "Folds blocks, comments and grids.",
        methods: &["textDocument/foldingRange"],
        tests: tests![navigate::texts_fold_grow_and_lead_elsewhere],
        of_policies: true,
    },
    Feature {
        id: "selections",
        name: "Growing selections",
        does: "Selects more, step by step: a word, an expression, a member, a declaration.",
        methods: &["textDocument/selectionRange"],
        tests: tests![navigate::texts_fold_grow_and_lead_elsewhere],
        of_policies: true,
    },
    Feature {
        id: "links",
        name: "Links",
        does: "Leads from `use std.…` to the module, and from a code to its page.",
        methods: &["textDocument/documentLink"],
        tests: tests![navigate::texts_fold_grow_and_lead_elsewhere],
        of_policies: true,
    },
    Feature {
        id: "texts",
        name: "Texts",
        does: "Takes changes of ranges in UTF-8, UTF-16 and UTF-32, whatever the text holds; what is open wins over what is on the disk.",
        methods: &["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose"],
        tests: tests![
            documents::edits_are_applied_in_the_columns_of_the_client,
            documents::a_document_that_is_closed_while_it_is_asked_about_is_answered,
            documents::random_edits_leave_what_a_whole_text_gives,
        ],
        of_policies: false,
    },
    Feature {
        id: "projects",
        name: "Projects",
        does: "Follows folders, policies, `kpi.toml` and the baseline as they come, change and go.",
        methods: &[
            "client/registerCapability",
            "workspace/didChangeWatchedFiles",
            "workspace/didChangeWorkspaceFolders",
        ],
        tests: tests![
            documents::files_and_projects_come_and_go,
            documents::a_project_may_name_its_files_and_what_is_wrong_with_it_is_told_once,
            documents::folders_can_be_added,
            lists::the_baseline_is_read_again_when_it_changes,
        ],
        of_policies: false,
    },
    Feature {
        id: "settings",
        name: "Settings",
        does: "Asks for the settings under `kpi`, and again when they change: the language, the pages of codes, what is shown.",
        methods: &["workspace/configuration", "workspace/didChangeConfiguration"],
        tests: tests![documents::settings_choose_the_language_and_the_pages],
        of_policies: false,
    },
    Feature {
        id: "progress",
        name: "Progress",
        does: "Shows that the first analysis is under way where it takes long.",
        methods: &["window/workDoneProgress/create", "$/progress"],
        tests: tests![documents::the_first_analysis_shows_its_progress_where_it_takes_long],
        of_policies: false,
    },
    Feature {
        id: "cancelling",
        name: "Taking back",
        does: "Answers a request that is taken back at once, and once.",
        methods: &["$/cancelRequest"],
        tests: tests![documents::what_is_taken_back_is_answered_once],
        of_policies: false,
    },
    Feature {
        id: "faults",
        name: "Faults",
        does: "Lives through messages that nobody can read, lone surrogates, places that there are not, ten megabytes of text.",
        methods: &["textDocument/didOpen"],
        tests: tests![documents::garbage_does_no_harm, documents::ten_megabytes_are_read],
        of_policies: false,
    },
    Feature {
        id: "goodbye",
        name: "Goodbye",
        does: "Hears nothing but `exit` after `shutdown`, and ends when the editor is gone.",
        methods: &["shutdown", "exit"],
        tests: tests![documents::after_shutdown_only_exit_is_heard],
        of_policies: false,
    },
];
