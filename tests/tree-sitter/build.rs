//! Compiles the generated parser and its scanner.

fn main() {
    let source = "../../editors/tree-sitter-kpi/src";
    for file in ["parser.c", "scanner.c"] {
        println!("cargo:rerun-if-changed={source}/{file}");
    }
    cc::Build::new()
        .std("c11")
        .include(source)
        .file(format!("{source}/parser.c"))
        .file(format!("{source}/scanner.c"))
        .warnings(false)
        .compile("tree-sitter-kpi");
}
