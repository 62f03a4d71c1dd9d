// What all parts of the extension share: settings, the program, the projects.
import * as vscode from "vscode";
import { language } from "./arguments";
import { findExecutable, here } from "./executable";
import { findProject } from "./project";

export function setting<T>(name: string, otherwise: T): T {
  return vscode.workspace.getConfiguration("kpi").get<T>(name, otherwise);
}

/** The language that `kpi` is asked to speak. */
export function tag(): "en" | "zh" {
  return language(setting("language", "auto"), vscode.env.language);
}

/** The program, if it is there. */
export function executable(): string | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return findExecutable(here(setting("path", ""), folder));
}

/** The program; if it is not there, the user is told what to do. */
export async function needExecutable(): Promise<string | undefined> {
  const found = executable();
  if (found === undefined) await tellMissing();
  return found;
}

export async function tellMissing(): Promise<void> {
  const settings = vscode.l10n.t("Open Settings");
  const named = setting("path", "").trim();
  const message =
    named === ""
      ? vscode.l10n.t("The program `kpi` is not on the search path. Install it, or say where it is in the setting `kpi.path`.")
      : vscode.l10n.t("There is no program `{0}`, which the setting `kpi.path` names.", named);
  if ((await vscode.window.showErrorMessage(message, settings)) === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "kpi.path");
  }
}

/** The folders that have a `kpi.toml`. */
export async function projects(): Promise<string[]> {
  const found = await vscode.workspace.findFiles("**/kpi.toml", "**/node_modules/**");
  return found.map((uri) => vscode.Uri.joinPath(uri, "..").fsPath).sort();
}

/** The project of a place, of the file in front, or the one that the user picks. */
export async function needProject(uri: string | undefined): Promise<string | undefined> {
  const place = uri === undefined ? vscode.window.activeTextEditor?.document.uri : parseUri(uri);
  const near = place?.scheme === "file" ? findProject(place.fsPath) : undefined;
  if (near !== undefined) return near;
  const all = await projects();
  if (all.length === 0) {
    await vscode.window.showErrorMessage(vscode.l10n.t("No folder of the workspace has a kpi.toml: this is what makes it a project."));
    return undefined;
  }
  if (all.length === 1) return all[0];
  const items = all.map((folder) => ({ label: vscode.workspace.asRelativePath(folder), folder }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which project?") }))?.folder;
}

export function parseUri(place: string): vscode.Uri {
  // A path on Windows begins as a scheme of one letter would.
  return /^[a-z][a-z0-9+.-]+:/i.test(place) ? vscode.Uri.parse(place) : vscode.Uri.file(place);
}

/** Saves the changed policies of a project, since `kpi` reads files. */
export async function savePolicies(folder: string): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    const ours = document.languageId === "kpi" || document.fileName.endsWith("kpi.toml");
    if (ours && document.isDirty && document.uri.scheme === "file" && findProject(document.uri.fsPath) === folder) await document.save();
  }
}
