// A client of vscode-jsonrpc, the library that VS Code speaks with, in a project of its own.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import {
  type ClientCapabilities,
  CodeLensRefreshRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DiagnosticRefreshRequest,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  InlayHintRefreshRequest,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type Range,
  type Registration,
  RegistrationRequest,
  type ServerCapabilities,
  ShutdownRequest,
  WorkDoneProgress,
  type WorkDoneProgressBegin,
  WorkDoneProgressCreateRequest,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageserver-protocol/node.js";
import { StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node.js";

export const DATA = `policy "Editors" {
  edition  1
  currency CNY
  period   month
}

roster staff { id: text key }

source live "直播" { id: text key, host: -> staff, on: date time, gmv: money from "成交额" }
`;

export const CARDS = `指标 成交额 "🎯" {
  公式 求和(live.gmv)
  目标 ≥ 100元
}

scorecard main "🎯 主播" for staff { 成交额 weight 100% }
`;

/** What VS Code can do beyond the clients of Debian. */
export const ABLE: ClientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  window: { workDoneProgress: true },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    semanticTokens: { refreshSupport: true },
  },
  textDocument: {
    callHierarchy: { dynamicRegistration: true },
    definition: { linkSupport: true },
    diagnostic: { relatedDocumentSupport: true },
    inlayHint: { dynamicRegistration: true },
    semanticTokens: {
      requests: { full: { delta: true }, range: true },
      tokenTypes: [],
      tokenModifiers: [],
      formats: ["relative"],
    },
  },
};

type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/** Waits until something holds; the tests have a time limit of their own. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class Editor {
  readonly registered: Registration[] = [];
  readonly progress: Progress[] = [];
  settings: object = {};
  refreshes = 0;
  hintRefreshes = 0;
  lensRefreshes = 0;
  published = 0;
  readonly texts = new Map<string, string>();

  private constructor(
    readonly folder: string,
    private readonly server: ChildProcess,
    readonly connection: ProtocolConnection,
    readonly announced: ServerCapabilities,
  ) {}

  /** An editor with a project of two files and maybe more on the disk, of which nothing is open yet. */
  static async start(capabilities = ABLE, more: Record<string, string> = {}): Promise<Editor> {
    const program = process.env.KPI;
    if (program === undefined) {
      throw new Error("the variable KPI names the program");
    }
    const folder = mkdtempSync(join(tmpdir(), "kpi-jsonrpc-"));
    const files = { "kpi.toml": "", "data.kpi": DATA, "cards.kpi": CARDS, ...more };
    Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));
    const server = spawn(program, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    const connection = createProtocolConnection(
      new StreamMessageReader(server.stdout!),
      new StreamMessageWriter(server.stdin!),
    );
    const early: Array<(editor: Editor) => void> = [];
    let editor: Editor | undefined;
    const then = (what: (editor: Editor) => void) => (editor === undefined ? void early.push(what) : what(editor));
    connection.onRequest(RegistrationRequest.type, (params) => then((e) => e.registered.push(...params.registrations)));
    connection.onRequest(ConfigurationRequest.type, (params) => params.items.map(() => editor?.settings ?? {}));
    connection.onRequest(DiagnosticRefreshRequest.type, () => then((e) => (e.refreshes += 1)));
    connection.onRequest(InlayHintRefreshRequest.type, () => then((e) => (e.hintRefreshes += 1)));
    connection.onRequest(CodeLensRefreshRequest.type, () => then((e) => (e.lensRefreshes += 1)));
    connection.onRequest(WorkDoneProgressCreateRequest.type, ({ token }) => {
      connection.onProgress(WorkDoneProgress.type, token, (value) => then((e) => e.progress.push(value)));
    });
    connection.onNotification(PublishDiagnosticsNotification.type, () => then((e) => (e.published += 1)));
    connection.listen();
    const uri = pathToFileURL(folder).href;
    const answer = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities,
      locale: "en",
    });
    editor = new Editor(folder, server, connection, answer.capabilities);
    early.forEach((what) => what(editor!));
    await connection.sendNotification(InitializedNotification.type, {});
    return editor;
  }

  uri(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  document(name: string): { uri: string } {
    return { uri: this.uri(name) };
  }

  async open(name: string, text: string): Promise<void> {
    this.texts.set(name, text);
    const textDocument = { uri: this.uri(name), languageId: "kpi", version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }

  async replace(name: string, from: string, to: string, version: number): Promise<void> {
    const text = this.texts.get(name)!;
    const start = text.indexOf(from);
    const range = { start: this.position(name, start), end: this.position(name, start + from.length) };
    this.texts.set(name, text.replace(from, () => to));
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri(name), version },
      contentChanges: [{ range, text: to }],
    });
  }

  /** A string of JavaScript counts as the protocol does by itself. */
  position(name: string, at: number): Position {
    const before = this.texts.get(name)!.slice(0, at);
    const line = before.split("\n").length - 1;
    return { line, character: at - (before.lastIndexOf("\n") + 1) };
  }

  /** The place behind a text of a file. */
  behind(name: string, text: string): Position {
    return this.position(name, this.texts.get(name)!.indexOf(text) + text.length);
  }

  textOf(name: string, range: Range): string {
    const lines = this.texts.get(name)!.split("\n");
    const offset = (place: Position) =>
      lines.slice(0, place.line).reduce((sum, line) => sum + line.length + 1, 0) + place.character;
    return this.texts.get(name)!.slice(offset(range.start), offset(range.end));
  }

  /** Says goodbye; the server must end well. */
  async stop(): Promise<void> {
    const ended = new Promise<number | null>((resolve) => this.server.once("exit", resolve));
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const code = await ended;
    this.connection.dispose();
    rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0) {
      throw new Error(`the server ended with ${code}`);
    }
  }
}
