// The language server, and what the status says of it.
import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions } from "vscode-languageclient/node";
import { executable, tag, tellMissing } from "./context";

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly status: vscode.LanguageStatusItem;
  readonly log: vscode.LogOutputChannel;
  /** What was asked last is done last: starting and stopping take time. */
  private turn: Promise<void> = Promise.resolve();
  private told = false;

  constructor() {
    this.log = vscode.window.createOutputChannel("KPI", { log: true });
    this.status = vscode.languages.createLanguageStatusItem("kpi.server", { language: "kpi" });
    this.status.name = "KPI";
    this.status.command = { command: "kpi.showLog", title: vscode.l10n.t("Show Log") };
  }

  start(): Promise<void> {
    this.turn = this.turn.then(() => this.startNow()).catch((why: unknown) => this.failed(why));
    return this.turn;
  }

  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.stopNow()).catch((why: unknown) => this.failed(why));
    return this.turn;
  }

  async restart(): Promise<void> {
    this.told = false;
    await this.stop();
    await this.start();
  }

  private async startNow(): Promise<void> {
    if (this.client !== undefined) return;
    const program = executable();
    if (program === undefined) {
      this.say(vscode.l10n.t("kpi: not found"), vscode.LanguageStatusSeverity.Error);
      // Once is enough: the status keeps saying it.
      if (!this.told) void tellMissing();
      this.told = true;
      return;
    }
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: "file", language: "kpi" }, { scheme: "untitled", language: "kpi" }],
      initializationOptions: vscode.workspace.getConfiguration("kpi"),
      outputChannel: this.log,
    };
    const server = { command: program, args: ["lsp", "--lang", tag()] };
    const client = new LanguageClient("kpi", "KPI", server, options);
    this.client = client;
    client.onDidChangeState((change) => {
      if (this.client === client) this.show(client, change.newState);
    });
    await client.start();
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (why) {
      // It may have ended by itself.
      this.log.warn(String(why));
    }
  }

  private show(client: LanguageClient, state: State): void {
    switch (state) {
      case State.Starting:
        this.say(vscode.l10n.t("kpi: starting"), vscode.LanguageStatusSeverity.Information, true);
        break;
      case State.Running: {
        const version = client.initializeResult?.serverInfo?.version;
        this.say(version === undefined ? "kpi" : `kpi ${version}`, vscode.LanguageStatusSeverity.Information);
        break;
      }
      case State.Stopped:
        this.say(vscode.l10n.t("kpi: stopped"), vscode.LanguageStatusSeverity.Warning);
        break;
    }
  }

  private say(text: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    this.status.text = text;
    this.status.severity = severity;
    this.status.busy = busy;
    this.status.detail = executable() ?? "";
  }

  private failed(why: unknown): void {
    this.log.error(String(why));
    this.say(vscode.l10n.t("kpi: failed"), vscode.LanguageStatusSeverity.Error);
  }

  dispose(): void {
    this.status.dispose();
    this.log.dispose();
  }
}
