// What is in the package, once it is made.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(__dirname, "..", "..");

const made = existsSync(join(ROOT, "dist", "kpi.vsix"));

test("the package holds what an editor needs, and no more", { skip: made ? false : "not packaged yet: npm run package" }, () => {
  const vsce = join(ROOT, "node_modules", "@vscode", "vsce", "vsce");
  const listed = execFileSync(process.execPath, [vsce, "ls", "--no-dependencies"], { cwd: ROOT, encoding: "utf8" });
  const files = listed.split(/\r?\n/).filter((line) => line !== "").sort();
  const walkthrough = ["init", "install", "run", "test", "write"];
  assert.deepEqual(files, [
    "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "LICENSE.md", "README.md", "README.zh-CN.md",
    "dist/THIRD-PARTY-NOTICES.txt", "dist/extension.js",
    "icon.png", "icons/file.svg",
    "l10n/bundle.l10n.zh-cn.json", "language-configuration.json",
    "package.json", "package.nls.json", "package.nls.zh-cn.json",
    "snippets/en.json", "snippets/zh.json",
    "syntaxes/kpi.tmLanguage.json", "syntaxes/markdown.tmLanguage.json",
    ...["en", "zh"].flatMap((language) => walkthrough.map((step) => `walkthrough/${language}/${step}.md`)),
  ].sort());
  const notices = readFileSync(join(ROOT, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["vscode-languageclient", "vscode-jsonrpc", "vscode-languageserver-protocol"]) assert.match(notices, new RegExp(`^${name} `, "m"));
  const bundle = readFileSync(join(ROOT, "dist", "extension.js"), "utf8");
  assert.doesNotMatch(bundle, /sourceMappingURL/);
  assert.ok(statSync(join(ROOT, "dist", "kpi.vsix")).size < 600_000, "the package is small");
});
