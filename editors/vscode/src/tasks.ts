// `kpi` in a terminal of the editor: as a task, so that no shell has a say in what it is called with.
import { basename } from "node:path";
import * as vscode from "vscode";
import { executable, projects, tag } from "./context";

interface Definition extends vscode.TaskDefinition {
  args: string[];
  project?: string;
}

export function task(program: string, given: string[], folder: string, name: string): vscode.Task {
  const definition: Definition = { type: "kpi", args: given, project: vscode.workspace.asRelativePath(folder, false) };
  const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) ?? vscode.TaskScope.Workspace;
  const execution = new vscode.ProcessExecution(program, given, { cwd: folder });
  const made = new vscode.Task(definition, scope, name, "kpi", execution, []);
  made.presentationOptions = { clear: true, showReuseMessage: false, panel: vscode.TaskPanelKind.Shared };
  return made;
}

/** Offers the check of each project under "Run Task", and runs what a tasks.json says. */
export const tasks: vscode.TaskProvider = {
  async provideTasks(): Promise<vscode.Task[]> {
    const program = executable();
    if (program === undefined) return [];
    const made = (await projects()).flatMap((folder) =>
      ["check", "test"].map((what) => task(program, [what, "--lang", tag()], folder, `${what} ${basename(folder)}`)),
    );
    return made;
  },
  resolveTask(asked: vscode.Task): vscode.Task | undefined {
    const program = executable();
    const definition = asked.definition as Partial<Definition>;
    const root = vscode.workspace.workspaceFolders?.[0];
    if (program === undefined || root === undefined || !Array.isArray(definition.args)) return undefined;
    const folder = definition.project === undefined ? root.uri : vscode.Uri.joinPath(root.uri, definition.project);
    const execution = new vscode.ProcessExecution(program, definition.args.map(String), { cwd: folder.fsPath });
    return new vscode.Task(asked.definition, asked.scope ?? vscode.TaskScope.Workspace, asked.name, "kpi", execution, []);
  },
};
