// What needs no editor.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { language, readAsked, testArguments, whyArguments } from "../src/arguments";
import { findTests } from "../src/discover";
import { findExecutable, type Where } from "../src/executable";
import { findProject, lastPeriods, periodKind } from "../src/project";
import { place, readReport, sections } from "../src/report";
import { run } from "../src/run";

test("tests are found with their names and lines, in both spellings", () => {
  const text = [
    'test "one" {',
    "  period 2026-10",
    "}",
    "",
    "/// about two",
    '测试 "二，\\"引号\\"" {',
    '  员工 | test "no" |',
    "",
    "}",
    '  test "indented is none" {',
    "测试　“全角” {",
    "  period 2026-10",
    'indicator x { formula count(y) }',
    '// test "a comment is none"',
    'testing "no" {',
    'test "🎉 last" {',
  ].join("\r\n");
  assert.deepEqual(findTests(text), [
    { name: "one", line: 0, lastLine: 2 },
    { name: '二，"引号"', line: 5, lastLine: 8 },
    { name: "全角", line: 10, lastLine: 11 },
    { name: "🎉 last", line: 15, lastLine: 15 },
  ]);
});

test("a result is placed by its line, and where the file has changed by its name", () => {
  const tests = [
    { name: "a", line: 4, lastLine: 9 },
    { name: "a (b)", line: 11, lastLine: 20 },
  ];
  const [first, second] = tests;
  assert.deepEqual(place({ name: "a", line: 5 }, tests), { test: first, case: undefined });
  assert.deepEqual(place({ name: "a (n = 1, met = true)", line: 8 }, tests), { test: first, case: "(n = 1, met = true)" });
  assert.deepEqual(place({ name: "a (b)", line: 12 }, tests), { test: second, case: undefined });
  assert.deepEqual(place({ name: "a (b) (n = 1)", line: 99 }, tests), { test: second, case: "(n = 1)" });
  assert.deepEqual(place({ name: "a", line: null }, tests), { test: first, case: undefined });
  assert.equal(place({ name: "another", line: 5 }, tests), undefined);
});

test("what is no report is none", () => {
  assert.equal(readReport(""), undefined);
  assert.equal(readReport('{"findings": []}'), undefined);
  assert.equal(readReport("null"), undefined);
  assert.equal(readReport('{"tests": [], "passed": 0}')?.tests.length, 0);
});

test("a text report has a section for each test that failed", () => {
  const text = "FAILED 一\nok     b\n\n── 一 ──\n\nerror K5101\n  got 3\n\n── b (n = 1) ──\n\nmore\n\n1 passed, 2 failed\n";
  assert.deepEqual([...sections(text)], [["一", "error K5101\n  got 3"], ["b (n = 1)", "more\n\n1 passed, 2 failed"]]);
  assert.equal(sections("1 passed, 0 failed\n").size, 0);
});

test("the program is that of the setting, else the first on the path, else cargo's", () => {
  const where: Where = { setting: "", folder: "/shop", path: "/a:/b", home: "/home/li", windows: false };
  const among = (...files: string[]) => (file: string) => files.includes(file);
  assert.equal(findExecutable(where, among("/b/kpi", "/home/li/.cargo/bin/kpi")), "/b/kpi");
  assert.equal(findExecutable(where, among("/home/li/.cargo/bin/kpi")), "/home/li/.cargo/bin/kpi");
  assert.equal(findExecutable(where, among()), undefined);
  assert.equal(findExecutable({ ...where, setting: "~/bin/kpi" }, among("/home/li/bin/kpi", "/b/kpi")), "/home/li/bin/kpi");
  assert.equal(findExecutable({ ...where, setting: "${workspaceFolder}/tools" }, among("/shop/tools/kpi")), "/shop/tools/kpi");
  assert.equal(findExecutable({ ...where, setting: "tools/kpi" }, among("/shop/tools/kpi")), "/shop/tools/kpi");
  assert.equal(findExecutable({ ...where, setting: "/nowhere" }, among("/b/kpi")), undefined, "what is set is not passed over");
});

test("a project is the nearest folder with a kpi.toml", () => {
  const exists = (file: string): boolean => file === join("/w", "shop", "kpi.toml");
  assert.equal(findProject("/w/shop/policy/深/a.kpi", exists), "/w/shop");
  assert.equal(findProject("/w/shop", exists), "/w/shop");
  assert.equal(findProject("/w/other/a.kpi", exists), undefined);
});

test("the kind of period is that of the policy", () => {
  assert.equal(periodKind('policy "x" {\n  edition 1\n  period   week\n}\n'), "week");
  assert.equal(periodKind('制度 "直播" { 版本 1, 币种 CNY, 周期 季度 }\n'), "quarter");
  assert.equal(periodKind('policy "x" {\n  edition 1\n}\ntest "t" {\n  period 2026-10\n}\n'), undefined);
  assert.equal(periodKind("indicator x { period week }\n"), undefined);
});

test("the last periods are those that are over, over the turn of a year", () => {
  assert.deepEqual(lastPeriods("month", new Date(2026, 1, 15), 3), ["2026-01", "2025-12", "2025-11"]);
  assert.deepEqual(lastPeriods("quarter", new Date(2026, 0, 1), 2), ["2025-Q4", "2025-Q3"]);
  assert.deepEqual(lastPeriods("year", new Date(2026, 5, 1), 1), ["2025"]);
  // 2026-01-01 is a Thursday: its week is 2026-W01. 2020 had 53 weeks: 2021-01-04 begins 2021-W01.
  assert.deepEqual(lastPeriods("week", new Date(2026, 0, 8), 2), ["2026-W01", "2025-W52"]);
  assert.deepEqual(lastPeriods("week", new Date(2021, 0, 4), 2), ["2020-W53", "2020-W52"]);
});

test("commands understand what lenses, menus and keys give them", () => {
  assert.deepEqual(readAsked([]), {});
  assert.deepEqual(readAsked(["gmv"]), { name: "gmv" });
  assert.deepEqual(readAsked(["file:///a.kpi", "gmv"]), { uri: "file:///a.kpi", name: "gmv" });
  assert.deepEqual(readAsked([{ uri: "file:///a.kpi", test: "t", period: "2026-10", line: 3 }]), { uri: "file:///a.kpi", name: "t", period: "2026-10" });
  assert.deepEqual(readAsked([{ name: "gmv", subject: "A01" }]), { name: "gmv", subject: "A01" });
  const resource = { scheme: "file", path: "/a.kpi", toString: () => "file:///a.kpi" };
  assert.deepEqual(readAsked([resource, { groupId: 1 }]), { uri: "file:///a.kpi" });
  assert.deepEqual(readAsked([{ uri: "file:///a.kpi", of: "gmv", tests: [{ uri: "file:///b.kpi", test: "一" }, { test: "二" }, 3] }]), {
    uri: "file:///a.kpi", tests: [{ uri: "file:///b.kpi", name: "一" }, { name: "二" }],
  });
  assert.deepEqual(readAsked([null, 7, ["x"]]), {});
});

test("the language is what is set, else the editor's", () => {
  assert.equal(language("auto", "zh-cn"), "zh");
  assert.equal(language("auto", "en"), "en");
  assert.equal(language("auto", "de"), "en");
  assert.equal(language("en", "zh-cn"), "en");
  assert.equal(language("zh", "en"), "zh");
});

test("what people type is never read as an option", () => {
  assert.deepEqual(whyArguments("-A", "gmv", "2026-10", "zh").slice(-3), ["--", "-A", "gmv"]);
  assert.deepEqual(whyArguments("A01", "", "2026-10", "en").slice(-2), ["--", "A01"]);
  assert.deepEqual(testArguments("--help", false, "r.json", "en").slice(-3), ["--", ".", "--help"]);
  assert.ok(testArguments(undefined, true, "r.json", "en").includes("--coverage"));
});

test("a program that is not there, and one that is stopped, are told and do not throw", async () => {
  const missing = await run("/nowhere/kpi", [], "/");
  assert.equal(missing.code, undefined);
  assert.match(missing.errors, /ENOENT/);
  const script = "process.stdout.write(Buffer.from('得'.repeat(9999))); process.exitCode = 3";
  const said = await run(process.execPath, ["-e", script], "/");
  assert.deepEqual([said.code, said.output.length], [3, 9999]);
  let stop = (): void => undefined;
  const cancel = { onCancellationRequested: (listener: () => void) => ((stop = listener), { dispose: () => undefined }) };
  const waiting = run(process.execPath, ["-e", "setInterval(() => {}, 1000)"], "/", cancel);
  stop();
  assert.equal((await waiting).code, undefined);
});
