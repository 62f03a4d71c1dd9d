// The commands: run, why, test, explain, a new project, and those of the server.
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { readAsked, runArguments, whyArguments, type Asked } from "./arguments";
import { needExecutable, needProject, savePolicies, tag } from "./context";
import type { Explorer } from "./explorer";
import type { Pages } from "./pages";
import { lastPeriods, projectPeriod } from "./project";
import { run } from "./run";
import type { Server } from "./server";
import { task } from "./tasks";

export function registerCommands(context: vscode.ExtensionContext, server: Server, explorer: Explorer, pages: Pages): void {
  const memory = context.workspaceState;
  const register = (name: string, does: (asked: Asked) => unknown): void => {
    context.subscriptions.push(vscode.commands.registerCommand(name, (...given: unknown[]) => does(readAsked(given))));
  };
  register("kpi.run", (asked) => runPolicy(asked, memory));
  register("kpi.why", (asked) => why(asked, memory, pages));
  register("kpi.test", (asked) => explorer.runAsked(asked));
  register("kpi.explain", (asked) => explain(asked, pages));
  register("kpi.init", () => newProject());
  register("kpi.restartServer", () => server.restart());
  register("kpi.showLog", () => server.log.show());
}

async function runPolicy(asked: Asked, memory: vscode.Memento): Promise<void> {
  const program = await needExecutable();
  const folder = program && (await needProject(asked.uri));
  const period = folder && (asked.period ?? (await askPeriod(folder, memory)));
  if (!program || !folder || !period) return;
  await savePolicies(folder);
  await vscode.tasks.executeTask(task(program, runArguments(period, tag()), folder, `run ${basename(folder)} ${period}`));
}

async function why(asked: Asked, memory: vscode.Memento, pages: Pages): Promise<void> {
  const program = await needExecutable();
  const folder = program && (await needProject(asked.uri));
  if (!program || !folder) return;
  const key = `subject:${folder}`;
  const subject =
    asked.subject ??
    (await vscode.window.showInputBox({
      title: vscode.l10n.t("Explain a number"),
      prompt: vscode.l10n.t("Whose? The key in the roster, such as A01"),
      value: memory.get(key, ""),
    }));
  if (subject === undefined || subject.trim() === "") return;
  await memory.update(key, subject);
  const what =
    asked.name ??
    (await vscode.window.showInputBox({
      title: vscode.l10n.t("Explain a number"),
      prompt: vscode.l10n.t("What? An indicator, pay, scorecard, veto or rule; leave it empty for all cards"),
      value: word(),
    }));
  if (what === undefined) return;
  const period = asked.period ?? (await askPeriod(folder, memory));
  if (period === undefined) return;
  await savePolicies(folder);
  const given = whyArguments(subject.trim(), what.trim(), period, tag());
  const options = { location: vscode.ProgressLocation.Notification, title: ["kpi why", subject, what].join(" "), cancellable: true };
  const said = await vscode.window.withProgress(options, (_, cancel) => run(program, given, folder, cancel));
  if (said.code === undefined && said.errors === "") return;
  const name = ["why", subject.trim(), what.trim(), period].filter((part) => part !== "").join(" ");
  await pages.show(`${name}.txt`, said.code === 0 ? said.output : said.errors + said.output);
}

/** The name at the cursor, which is probably what is asked about. */
function word(): string {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "kpi") return "";
  const range = editor.document.getWordRangeAtPosition(editor.selection.active);
  return range === undefined ? "" : editor.document.getText(range).replace(/^`|`$/g, "");
}

/** The period to judge: the one used last, or one of the last that are over. */
async function askPeriod(folder: string, memory: vscode.Memento): Promise<string | undefined> {
  const key = `period:${folder}`;
  const last = memory.get<string>(key);
  const kind = projectPeriod(folder) ?? "month";
  const recent = lastPeriods(kind, new Date(), 6).filter((period) => period !== last);
  const other = vscode.l10n.t("Another period…");
  const items = [...(last === undefined ? [] : [last]), ...recent, other];
  let period = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which period is judged?") });
  if (period === other) {
    const prompt = vscode.l10n.t("The period judged: 2026-10, 2026-W40, 2026-Q4 or 2026");
    period = (await vscode.window.showInputBox({ prompt, value: last ?? recent[0] ?? "" }))?.trim();
  }
  if (period === undefined || period === "") return undefined;
  await memory.update(key, period);
  return period;
}

/** The page of a finding's code: of the one named, of that at the cursor, or of one that is typed. */
async function explain(asked: Asked, pages: Pages): Promise<void> {
  const program = await needExecutable();
  const code = program && (asked.name ?? codeAtCursor() ?? (await vscode.window.showInputBox({ prompt: vscode.l10n.t("The code of a finding, such as K2003") })));
  if (!program || !code) return;
  const said = await run(program, ["explain", code.trim().toUpperCase(), "--lang", tag()], process.cwd());
  if (said.code === 0) await pages.preview(`${code.trim().toUpperCase()}.md`, said.output);
  else await vscode.window.showErrorMessage(said.errors.trim() || said.output.trim());
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const found = vscode.languages.getDiagnostics(editor.document.uri).filter((one) => one.range.contains(editor.selection.active));
  return found.map(codeOf).find((code) => code !== undefined);
}

/** The code of a finding of ours. */
export function codeOf(finding: vscode.Diagnostic): string | undefined {
  const code = typeof finding.code === "object" ? finding.code.value : finding.code;
  return finding.source === "kpi" && code !== undefined ? String(code) : undefined;
}

/** Starts a project from one of the templates of `kpi init`. */
async function newProject(): Promise<void> {
  const program = await needExecutable();
  if (!program) return;
  const listed = await run(program, ["init", "--list", "--lang", tag()], process.cwd());
  const lines = [...listed.output.matchAll(/^ {2}([\w-]+) {2,}(.+)$/gmu)];
  const items = lines.map(([, label = "", description = ""]) => ({ label, description }));
  const template = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("What is the project to start from?") });
  if (template === undefined) return;
  const place = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t("Put It Here"),
    title: vscode.l10n.t("The folder in which the project gets a folder of its own"),
  });
  const parent = place?.[0]?.fsPath;
  if (parent === undefined) return;
  const name = await vscode.window.showInputBox({ prompt: vscode.l10n.t("The name of its folder"), value: "my-kpi" });
  if (name === undefined || name.trim() === "") return;
  const folder = join(parent, name.trim());
  const said = await run(program, ["init", "--template", template.label, "--lang", tag(), "--", folder], parent);
  if (said.code !== 0) {
    await vscode.window.showErrorMessage(said.errors.trim() || said.output.trim());
    return;
  }
  await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow: vscode.workspace.workspaceFolders !== undefined });
}
