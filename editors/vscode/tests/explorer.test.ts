// The test explorer, with an editor that only takes notes and a program that answers as `kpi` does.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { Explorer } from "../src/explorer";
import * as editor from "./editor";

const root = mkdtempSync(join(tmpdir(), "kpi-explorer-"));
const policy = join(root, "policy", "直播.kpi");
const text = `policy "x" {}

test "one" {
  period 2026-10
}

测试 "边界" {
  每个 | n |
       | 1 |
       | 2 |
}
`;

const failure = (line: number, message: string) =>
  ({ code: "K5101", file: "policy/直播.kpi", line, column: 3, message, expected: "a == 1", actual: "2", derivation: [] });
const report = {
  tests: [
    { name: "one", file: "policy/直播.kpi", line: 3, outcome: "passed", failures: [] },
    { name: "边界 (n = 1)", file: "policy/直播.kpi", line: 9, outcome: "passed", failures: [] },
    { name: "边界 (n = 2)", file: "policy/直播.kpi", line: 10, outcome: "failed", failures: [failure(10, "expected 1, got 2")] },
  ],
  passed: 2, failed: 1, not_run: 0, not_matching: 0,
  coverage: {
    reached: 1, sites: 3, share: "0.33",
    declarations: [{
      name: "gmv", file: "policy/直播.kpi", line: 1, reached: 1, sites: 3,
      uncovered: [
        { file: "policy/直播.kpi", line: 4, column: 8, message: "no test has exactly `≥ 1`" },
        { file: "policy/直播.kpi", line: 4, column: 8, message: "no test falls below `≥ 1`" },
      ],
    }],
  },
};

/** A program that notes what it is called with, and answers. */
function program(answer: unknown, said: string): string {
  const file = join(root, "kpi");
  const lines = [
    `#!${process.execPath}`,
    'const { writeFileSync } = require("node:fs");',
    "const given = process.argv.slice(2);",
    `writeFileSync(${JSON.stringify(join(root, "given.json"))}, JSON.stringify([process.cwd(), ...given]));`,
    `const answer = ${JSON.stringify(answer ?? null)};`,
    'if (answer !== null) writeFileSync(given[given.indexOf("--output") + 1], JSON.stringify(answer));',
    `process.stdout.write(${JSON.stringify(said)});`,
    "process.exitCode = 1;",
  ];
  writeFileSync(file, lines.join("\n"));
  chmodSync(file, 0o755);
  return file;
}

const given = (): string[] => JSON.parse(readFileSync(join(root, "given.json"), "utf8")) as string[];
const cancel = new editor.CancellationTokenSource().token;
const explorer = new Explorer();
const [run, coverage] = editor.profiles;
assert.ok(run && coverage);

beforeEach(async () => {
  mkdirSync(join(root, "policy"), { recursive: true });
  writeFileSync(join(root, "kpi.toml"), "");
  writeFileSync(policy, text);
  editor.files.splice(0, 10, editor.Uri.file(policy), editor.Uri.file(join(root, "kpi.toml")));
  Object.assign(editor.told, { became: [], messages: [], output: "", covered: [] });
  editor.settings["path"] = program(report, "ok one\n\n── 边界 (n = 2) ──\n\nwhy it failed\n");
  await explorer.refresh();
});

after(() => {
  explorer.dispose();
  rmSync(root, { recursive: true, force: true });
});

const file = (): editor.TestItem => {
  const item = editor.roots.get(editor.Uri.file(policy).toString());
  assert.ok(item);
  return item;
};

const labels = (items: editor.Items): string[] => {
  const all: string[] = [];
  items.forEach((item) => all.push(item.label));
  return all;
};

test("it shows the tests of each file where they stand", () => {
  assert.deepEqual(labels(editor.roots), ["policy/直播.kpi"]);
  assert.deepEqual(labels(file().children), ["one", "边界"]);
  const ranges: (number | undefined)[] = [];
  file().children.forEach((item) => ranges.push(item.range?.start.line, item.range?.end.line));
  assert.deepEqual(ranges, [2, 4, 6, 10]);
});

test("all tests are run with one start of the program, and each case is shown", async () => {
  await run.run(new editor.TestRunRequest(), cancel);
  const [folder, command, ...more] = given();
  assert.deepEqual([folder, command, more.at(-1)], [root, "test", "."]);
  assert.deepEqual(editor.told.became, [["(n = 1)", "passed"], ["(n = 2)", "failed"], ["one", "passed"], ["边界", "failed"]]);
  assert.deepEqual(editor.told.messages.map(({ message, location }) => [message, location?.uri.path, location?.range.line, location?.range.character]), [
    ["expected 1, got 2", policy, 9, 2],
  ]);
  assert.match(editor.told.output, /^ok one\r\n/);
  assert.match(editor.told.output, /why it failed\r\n$/, "what is said of a test is shown with it");
  const cases: string[] = [];
  file().children.forEach((item) => cases.push(...labels(item.children)));
  assert.deepEqual(cases, ["(n = 1)", "(n = 2)"]);
});

test("one test is asked for by its name, and only it is told", async () => {
  const one = [...labels(file().children)].indexOf("one");
  assert.equal(one, 0);
  await explorer.runAsked({ name: "one" });
  assert.deepEqual(given().slice(-2), [".", "one"]);
  assert.deepEqual(editor.told.became, [["one", "passed"]]);
});

test("several tests are asked for at once", async () => {
  await explorer.runAsked({ tests: [{ uri: `file://${encodeURI(policy)}`, name: "边界" }, { name: "one" }] });
  assert.equal(given().at(-1), ".");
  assert.deepEqual(editor.told.became.slice(-2), [["边界", "failed"], ["one", "passed"]]);
});

test("a policy with errors runs no test: each says why", async () => {
  editor.settings["path"] = program(null, "error K1001\n  there is no `x`\n");
  await run.run(new editor.TestRunRequest(), cancel);
  assert.deepEqual(editor.told.became, [["one", "errored"], ["边界", "errored"]]);
  assert.equal(editor.told.messages[0]?.message, "error K1001\n  there is no `x`");
});

test("a file outside a project says so", async () => {
  rmSync(join(root, "kpi.toml"));
  await run.run(new editor.TestRunRequest(), cancel);
  assert.deepEqual(editor.told.became.map(([, state]) => state), ["errored", "errored"]);
  assert.match(editor.told.messages[0]?.message ?? "", /kpi\.toml/);
});

test("a test that is gone from the text is gone from the explorer, and so is a file without any", async () => {
  writeFileSync(policy, 'test "one" {\n}\n');
  await explorer.refresh();
  assert.deepEqual(labels(file().children), ["one"]);
  writeFileSync(policy, 'policy "x" {}\n');
  await explorer.refresh();
  assert.equal(editor.roots.size, 0);
});

test("coverage counts the sites of a file and names those that no test reaches", async () => {
  await coverage.run(new editor.TestRunRequest(), cancel);
  assert.ok(given().includes("--coverage"));
  const [covered] = editor.told.covered;
  assert.ok(covered);
  assert.deepEqual([covered.uri.path, covered.statementCoverage.covered, covered.statementCoverage.total], [policy, 1, 3]);
  const details = await coverage.loadDetailedCoverage?.({}, covered);
  const [declared, site] = details as [editor.DeclarationCoverage, editor.StatementCoverage];
  assert.deepEqual([declared.name, declared.executed, declared.location.line], ["gmv", 1, 0]);
  assert.deepEqual([site.location.line, site.location.character], [3, 7]);
  assert.deepEqual(site.branches.map((branch) => branch.label), ["no test has exactly `≥ 1`", "no test falls below `≥ 1`"]);
});

test("changed policies are saved first, those of other projects are not", async () => {
  const saved: string[] = [];
  const document = (path: string) => ({
    uri: editor.Uri.file(path), languageId: "kpi", fileName: path, isDirty: true, getText: () => text,
    save: () => Promise.resolve(saved.push(path) > 0),
  });
  editor.documents.push(document(policy), document("/elsewhere/other.kpi"));
  await run.run(new editor.TestRunRequest(), cancel);
  editor.documents.length = 0;
  assert.deepEqual(saved, [policy]);
});
