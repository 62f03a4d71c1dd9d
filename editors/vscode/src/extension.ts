// The extension: starts the language server, shows tests, offers the commands. What is said of policies, `kpi` says.
import * as vscode from "vscode";
import { codeOf, registerCommands } from "./commands";
import { Explorer } from "./explorer";
import { Pages, SCHEME } from "./pages";
import { Server } from "./server";
import { tasks } from "./tasks";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const pages = new Pages();
  const explorer = new Explorer();
  const started = new Server();
  server = started;
  registerCommands(context, started, explorer, pages);
  context.subscriptions.push(
    started,
    explorer,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, pages),
    vscode.tasks.registerTaskProvider("kpi", tasks),
    vscode.languages.registerCodeActionsProvider({ language: "kpi" }, explanations, {
      providedCodeActionKinds: [vscode.CodeActionKind.Empty],
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      // The server asks for the other settings itself.
      if (change.affectsConfiguration("kpi.path") || change.affectsConfiguration("kpi.language")) void started.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
  );
  void explorer.refresh();
  await started.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** At a finding: its page. */
const explanations: vscode.CodeActionProvider = {
  provideCodeActions(_document, _range, context): vscode.CodeAction[] {
    const codes = new Set(context.diagnostics.map(codeOf).filter((code) => code !== undefined));
    return [...codes].map((code) => {
      const title = vscode.l10n.t("Explain {0}", code);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.Empty);
      action.command = { command: "kpi.explain", title, arguments: [{ name: code }] };
      return action;
    });
  },
};
