// What `kpi` answers, as documents that can be read and searched and not changed.
import * as vscode from "vscode";

export const SCHEME = "kpi-output";

export class Pages implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  /** Takes a text under a name, in the place of what had the name before. */
  keep(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replace(/[\\/?#]/g, "-")}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }

  /** Shows a text beside the policy. */
  async show(name: string, text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.keep(name, text));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: false });
  }

  /** Shows a Markdown text as it is meant to look. */
  async preview(name: string, text: string): Promise<void> {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", this.keep(name, text));
  }
}
