// The tests of policies in the test explorer: found in the texts, run by `kpi test`.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as vscode from "vscode";
import { testArguments, type Asked } from "./arguments";
import { needExecutable, parseUri, savePolicies, tag } from "./context";
import { filesOf } from "./coverage";
import { findTests, type FoundTest } from "./discover";
import { findProject } from "./project";
import { forTerminal, place, readReport, sections, type Failure, type Report } from "./report";
import { run as runProgram } from "./run";

/** What an item stands for. */
type Kind = { kind: "file" } | { kind: "test"; test: FoundTest } | { kind: "case"; of: vscode.TestItem };

export class Explorer implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("kpi", vscode.l10n.t("KPI policies"));
  private readonly kinds = new WeakMap<vscode.TestItem, Kind>();
  private readonly belongings: vscode.Disposable[] = [this.controller];

  constructor() {
    const { Run, Coverage } = vscode.TestRunProfileKind;
    const add = (label: string, kind: vscode.TestRunProfileKind): vscode.TestRunProfile =>
      this.controller.createRunProfile(label, kind, (request, cancel) => this.run(request, cancel, kind === Coverage), kind === Run);
    add(vscode.l10n.t("Run"), Run);
    const coverage = add(vscode.l10n.t("Run with Coverage"), Coverage);
    coverage.loadDetailedCoverage = (_, file) => Promise.resolve(filesOf.details(file));
    this.controller.refreshHandler = () => this.refresh();
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.kpi");
    this.belongings.push(
      watcher,
      watcher.onDidCreate((uri) => this.read(uri)),
      watcher.onDidChange((uri) => this.read(uri)),
      watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument((document) => this.take(document)),
      vscode.workspace.onDidChangeTextDocument((change) => this.take(change.document)),
    );
  }

  /** Looks at all policies of the workspace. */
  async refresh(): Promise<void> {
    const files = await vscode.workspace.findFiles("**/*.kpi", "**/node_modules/**");
    const there = new Set(files.map((uri) => uri.toString()));
    const gone: string[] = [];
    this.controller.items.forEach((item) => {
      if (!there.has(item.id)) gone.push(item.id);
    });
    for (const id of gone) this.controller.items.delete(id);
    await Promise.all(files.map((uri) => this.read(uri)));
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    if (open !== undefined) return this.take(open);
    try {
      this.fill(uri, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    } catch {
      // It went away in the meantime.
      this.controller.items.delete(uri.toString());
    }
  }

  private take(document: vscode.TextDocument): void {
    if (document.languageId === "kpi" && document.uri.scheme === "file") this.fill(document.uri, document.getText());
  }

  /** Shows the tests of a file; what became of them before stays where a test has kept its name. */
  private fill(uri: vscode.Uri, text: string): void {
    const id = uri.toString();
    const tests = findTests(text);
    if (tests.length === 0) {
      this.controller.items.delete(id);
      return;
    }
    let file = this.controller.items.get(id);
    if (file === undefined) {
      file = this.controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
      this.kinds.set(file, { kind: "file" });
      this.controller.items.add(file);
    }
    const items = tests.map((test, index) => {
      const name = `${id}#${test.name}`;
      // Two tests of one name are a mistake that the server tells; the explorer needs them apart.
      const key = tests.findIndex((other) => other.name === test.name) === index ? name : `${name}#${index}`;
      const item = file.children.get(key) ?? this.controller.createTestItem(key, test.name, uri);
      item.range = new vscode.Range(test.line, 0, test.lastLine, 0);
      item.sortText = String(index).padStart(6, "0");
      this.kinds.set(item, { kind: "test", test });
      return item;
    });
    file.children.replace(items);
  }

  /** Runs what a code lens or a key asks for: tests by their names, the tests of a file, or all. */
  async runAsked(asked: Asked): Promise<void> {
    await this.refresh();
    const file = asked.uri === undefined ? undefined : this.file(asked.uri);
    const named = asked.tests ?? (asked.name === undefined ? [] : [{ ...asked, name: asked.name }]);
    const chosen = named.flatMap(({ uri, name }) => this.named(name, uri));
    const include = chosen.length > 0 ? chosen : file === undefined ? undefined : [file];
    const cancel = new vscode.CancellationTokenSource();
    await this.run(new vscode.TestRunRequest(include), cancel.token, false);
    cancel.dispose();
  }

  private file(uri: string): vscode.TestItem | undefined {
    return this.controller.items.get(parseUri(uri).toString());
  }

  /** The tests of a name, in a file if one is given. */
  private named(name: string, uri: string | undefined): vscode.TestItem[] {
    const found: vscode.TestItem[] = [];
    const look = (items: vscode.TestItemCollection): void =>
      items.forEach((item) => {
        if (item.label === name) found.push(item);
        look(item.children);
      });
    look((uri === undefined ? undefined : this.file(uri))?.children ?? this.controller.items);
    return found;
  }

  private async run(request: vscode.TestRunRequest, cancel: vscode.CancellationToken, coverage: boolean): Promise<void> {
    const program = await needExecutable();
    if (program === undefined) return;
    const run = this.controller.createTestRun(request);
    const tests = this.chosen(request);
    const byProject = new Map<string, vscode.TestItem[]>();
    for (const item of tests) {
      const folder = item.uri === undefined ? undefined : findProject(item.uri.fsPath);
      if (folder === undefined) {
        run.errored(item, new vscode.TestMessage(vscode.l10n.t("There is no `kpi.toml` in the folder of this file or in one above it.")));
      } else {
        byProject.set(folder, [...(byProject.get(folder) ?? []), item]);
      }
    }
    for (const [folder, items] of byProject) {
      if (cancel.isCancellationRequested) break;
      await this.runProject(program, folder, items, run, cancel, coverage);
    }
    run.end();
  }

  /** The tests that a request means, each once: a file means its tests, a case its test. */
  private chosen(request: vscode.TestRunRequest): vscode.TestItem[] {
    const found = new Set<vscode.TestItem>();
    const add = (item: vscode.TestItem): void => {
      const kind = this.kinds.get(item);
      if (kind?.kind === "file") item.children.forEach(add);
      else found.add(kind?.kind === "case" ? kind.of : item);
    };
    if (request.include === undefined) this.controller.items.forEach(add);
    else request.include.forEach(add);
    for (const item of request.exclude ?? []) found.delete(item);
    return [...found];
  }

  private async runProject(
    program: string,
    folder: string,
    items: vscode.TestItem[],
    run: vscode.TestRun,
    cancel: vscode.CancellationToken,
    coverage: boolean,
  ): Promise<void> {
    await savePolicies(folder);
    for (const item of items) run.started(item);
    // One test is asked for by its name; of several, all of the project are run: that takes one start of the program.
    const single = items.length === 1 ? items[0]?.label : undefined;
    const place = await mkdtemp(join(tmpdir(), "kpi-test-"));
    const file = join(place, "report.json");
    const said = await runProgram(program, testArguments(single, coverage, file, tag()), folder, cancel);
    const report = readReport(await readFile(file, "utf8").catch(() => ""));
    await rm(place, { recursive: true, force: true });
    run.appendOutput(forTerminal(said.output + said.errors));
    if (cancel.isCancellationRequested) {
      for (const item of items) run.skipped(item);
    } else if (report === undefined) {
      // The policy has errors, or the program could not be started: no test was run.
      const message = new vscode.TestMessage((said.errors + said.output).trim());
      for (const item of items) run.errored(item, message);
    } else {
      this.tell(report, folder, items, run, sections(said.output));
      if (coverage && report.coverage !== undefined) {
        for (const covered of filesOf.take(report.coverage, folder)) run.addCoverage(covered);
      }
    }
  }

  /** Says what became of each test. */
  private tell(report: Report, folder: string, items: vscode.TestItem[], run: vscode.TestRun, told: Map<string, string>): void {
    const byFile = new Map<string, vscode.TestItem[]>();
    for (const item of items) {
      const key = item.uri?.fsPath ?? "";
      byFile.set(key, [...(byFile.get(key) ?? []), item]);
    }
    const cases = new Map<vscode.TestItem, vscode.TestItem[]>();
    const heard = new Map<vscode.TestItem, { failures: Failure[]; passed: boolean }>();
    for (const result of report.tests) {
      const there = byFile.get(result.file === null ? "" : resolve(folder, result.file)) ?? [];
      const tests = new Map<FoundTest, vscode.TestItem>();
      for (const item of there) {
        const kind = this.kinds.get(item);
        if (kind?.kind === "test") tests.set(kind.test, item);
      }
      const found = place(result, [...tests.keys()]);
      const item = found && tests.get(found.test);
      if (found === undefined || item === undefined) continue;
      const failures = result.outcome === "passed" ? [] : result.failures;
      const sofar = heard.get(item) ?? { failures: [], passed: true };
      sofar.passed &&= result.outcome === "passed";
      heard.set(item, sofar);
      if (found.case === undefined) {
        sofar.failures.push(...failures);
        this.append(run, item, told.get(result.name));
        continue;
      }
      // Which cases a test has, is known when it has been run.
      const of = this.controller.createTestItem(`${item.id}${found.case}`, found.case, item.uri);
      const line = Math.max((result.line ?? 1) - 1, 0);
      of.range = new vscode.Range(line, 0, line, 0);
      of.sortText = String(cases.get(item)?.length ?? 0).padStart(6, "0");
      this.kinds.set(of, { kind: "case", of: item });
      const all = [...(cases.get(item) ?? []), of];
      cases.set(item, all);
      item.children.replace(all);
      this.append(run, of, told.get(result.name));
      if (result.outcome === "passed") run.passed(of);
      else run.failed(of, failures.map((failure) => message(failure, folder)));
    }
    for (const item of items) {
      const became = heard.get(item);
      if (became === undefined) run.skipped(item);
      else if (became.passed) run.passed(item);
      // What failed in a case stands at the case.
      else run.failed(item, became.failures.map((failure) => message(failure, folder)));
      if (!cases.has(item)) item.children.replace([]);
    }
  }

  private append(run: vscode.TestRun, item: vscode.TestItem, text: string | undefined): void {
    if (text !== undefined) run.appendOutput(forTerminal(`${text}\n`), undefined, item);
  }

  dispose(): void {
    for (const one of this.belongings) one.dispose();
  }
}

function message(failure: Failure, folder: string): vscode.TestMessage {
  const told = new vscode.TestMessage(failure.message);
  if (failure.expected !== null && failure.actual !== null) {
    told.expectedOutput = failure.expected;
    told.actualOutput = failure.actual;
  }
  if (failure.file !== null && failure.line !== null) {
    const at = new vscode.Position(failure.line - 1, Math.max((failure.column ?? 1) - 1, 0));
    told.location = new vscode.Location(vscode.Uri.file(resolve(folder, failure.file)), at);
  }
  return told;
}
