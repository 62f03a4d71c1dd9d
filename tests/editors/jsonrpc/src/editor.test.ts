// What Neovim 0.7 and Eglot 1.9 lack.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { CancellationTokenSource, ResponseError } from "vscode-jsonrpc/node.js";
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CodeLensRequest,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  type DocumentDiagnosticReport,
  DocumentDiagnosticRequest,
  DocumentSymbolRequest,
  FileChangeType,
  FoldingRangeRequest,
  type FullDocumentDiagnosticReport,
  HoverRequest,
  InlayHintRequest,
  LSPErrorCodes,
  type MarkupContent,
  type SemanticTokens,
  type SemanticTokensDelta,
  SelectionRangeRequest,
  SemanticTokensDeltaRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  WorkspaceDiagnosticRequest,
  WorkspaceSymbolRequest,
} from "vscode-languageserver-protocol/node.js";

import { ABLE, CARDS, DATA, Editor, until } from "./editor.js";

/** So much that its analysis is not over at once. */
const MUCH = Array.from({ length: 6000 }, (_, n) => `param p${n}: count = ${n}\n`).join("");

let editor: Editor;

beforeEach(async () => {
  editor = await Editor.start();
  await editor.open("data.kpi", DATA);
  await editor.open("cards.kpi", CARDS);
});

afterEach(() => editor.stop());

/** The words of tokens with their colours. */
function words(name: string, data: readonly number[]): Array<[string, string]> {
  const types = editor.announced.semanticTokensProvider!.legend.tokenTypes;
  const out: Array<[string, string]> = [];
  let [line, character] = [0, 0];
  for (let i = 0; i < data.length; i += 5) {
    const [lines, columns, length, type] = data.slice(i, i + 4);
    [line, character] = [line + lines, lines === 0 ? character + columns : columns];
    const range = { start: { line, character }, end: { line, character: character + length } };
    out.push([editor.textOf(name, range), types[type]]);
  }
  return out;
}

// feature: colours
test("colours: whole, what has changed, a stretch", async () => {
  const textDocument = editor.document("cards.kpi");
  const whole = (await editor.connection.sendRequest(SemanticTokensRequest.type, { textDocument })) as SemanticTokens;
  const found = words("cards.kpi", whole.data);
  for (const word of [["指标", "keyword"], ["成交额", "variable"], ['"🎯 主播"', "string"], ["main", "class"]]) {
    assert.ok(found.some(([text, type]) => text === word[0] && type === word[1]), `${word}: ${found}`);
  }
  await editor.replace("cards.kpi", "100元", "1000元", 2);
  const previousResultId = whole.resultId!;
  const delta = (await editor.connection.sendRequest(SemanticTokensDeltaRequest.type, {
    textDocument,
    previousResultId,
  })) as SemanticTokensDelta;
  // The edits, made to the old numbers, are the new ones; one word has become longer.
  const data = [...whole.data];
  for (const { start, deleteCount, data: put } of [...delta.edits].reverse()) {
    data.splice(start, deleteCount, ...(put ?? []));
  }
  const anew = (await editor.connection.sendRequest(SemanticTokensRequest.type, { textDocument })) as SemanticTokens;
  assert.deepEqual(data, anew.data);
  assert.equal(delta.edits.length, 1);
  assert.ok(delta.edits[0].deleteCount <= 10);
  const range = { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } };
  const part = (await editor.connection.sendRequest(SemanticTokensRangeRequest.type, { textDocument, range }))!;
  assert.deepEqual(words("cards.kpi", part.data), [["目标", "keyword"], ["1000元", "number"]]);
});

// feature: hints, lenses
test("hints and lenses", async () => {
  const textDocument = editor.document("cards.kpi");
  await editor.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument });
  const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  await until(() => editor.refreshes > 0);
  const hints = (await editor.connection.sendRequest(InlayHintRequest.type, { textDocument, range }))!;
  assert.deepEqual(hints.map((hint) => hint.label), [": money", "Σ 100% · each month"]);
  assert.deepEqual(hints[0].position, editor.behind("cards.kpi", '"🎯"'));
  const lenses = (await editor.connection.sendRequest(CodeLensRequest.type, { textDocument }))!;
  assert.deepEqual(lenses.slice(0, 2).map((lens) => lens.command?.command), ["kpi.run", "kpi.why"]);
});

// feature: numbers
test("what the exports come to comes when it is known", async () => {
  const spread = Array.from({ length: 5 }, () => ({ value: "120", shown: "120.00 CNY" }));
  const period = { period: "2026-10", cards: 60, met: 48, missed: 12, no_data: 0, spread };
  const numbers = {
    policy: "Editors",
    from: "2026-10",
    to: "2026-10",
    scorecards: [],
    incentives: [],
    indicators: [{ indicator: "成交额", scorecard: "main", periods: [period] }],
    inputs: [],
  };
  writeFileSync(join(editor.folder, "answer.json"), JSON.stringify(numbers));
  const program = join(editor.folder, "program");
  // It stands in for a kpi that reads exports, and is started in the folder of the project.
  writeFileSync(program, "#!/bin/sh\ncat > /dev/null\ncat answer.json\n", { mode: 0o755 });
  editor.settings = { numbers: { program } };
  await editor.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
  const textDocument = editor.document("cards.kpi");
  const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  const hints = async () =>
    (await editor.connection.sendRequest(InlayHintRequest.type, { textDocument, range }))!.map((hint) => `${hint.label}`);
  // Numbers of the first settings may come before: each time the server says when to ask again.
  let refreshes = 0;
  while (!(await hints()).some((hint) => hint === "median 120.00 CNY · 48 of 60 meet the target · 2026-10")) {
    await until(() => editor.hintRefreshes > refreshes);
    refreshes = editor.hintRefreshes;
  }
  await until(() => editor.lensRefreshes > 0);
  const lenses = (await editor.connection.sendRequest(CodeLensRequest.type, { textDocument }))!;
  assert.ok(lenses.some((lens) => lens.command?.title === "12 of 60 below target"));
});

// feature: findings
test("findings are asked for, one by one and all together", async () => {
  const ask = async (previousResultId?: string) =>
    (await editor.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: editor.document("cards.kpi"),
      identifier: "kpi",
      previousResultId,
    })) as DocumentDiagnosticReport;
  // It may be answered before all is known; then the server says when to ask again.
  await until(() => editor.refreshes > 0);
  const first = (await ask()) as FullDocumentDiagnosticReport;
  assert.deepEqual(first.items, []);
  assert.equal((await ask(first.resultId)).kind, "unchanged");
  const refreshes = editor.refreshes;
  await editor.replace("cards.kpi", "{ 成交额 weight", "{ 没有的 weight", 2);
  await until(() => editor.refreshes > refreshes);
  const second = (await ask(first.resultId)) as FullDocumentDiagnosticReport;
  const errors = second.items.filter((item) => item.severity === 1);
  assert.deepEqual(errors.map((item) => [item.code, editor.textOf("cards.kpi", item.range)]), [["K1001", "没有的"]]);

  const all = await editor.connection.sendRequest(WorkspaceDiagnosticRequest.type, { previousResultIds: [] });
  assert.deepEqual(all.items.map((item) => item.kind), ["full", "full"]);
  const previousResultIds = all.items.map((item) => ({ uri: item.uri, value: item.resultId! }));
  const again = await editor.connection.sendRequest(WorkspaceDiagnosticRequest.type, { previousResultIds });
  assert.deepEqual(again.items.map((item) => item.kind), ["unchanged", "unchanged"]);
  assert.equal(editor.published, 0, "who asks is not sent them");
});

// feature: calls
test("what is computed of what", async () => {
  const items = (await editor.connection.sendRequest(CallHierarchyPrepareRequest.type, {
    textDocument: editor.document("cards.kpi"),
    position: editor.behind("cards.kpi", "指标 成"),
  }))!;
  assert.deepEqual(items.map((item) => [item.name, item.detail]), [["成交额", "🎯"]]);
  const [incoming] = (await editor.connection.sendRequest(CallHierarchyIncomingCallsRequest.type, { item: items[0] }))!;
  assert.equal(incoming.from.name, "main");
  assert.equal(editor.textOf("cards.kpi", incoming.fromRanges[0]), "成交额");
  const outgoing = (await editor.connection.sendRequest(CallHierarchyOutgoingCallsRequest.type, {
    item: incoming.from,
  }))!;
  assert.deepEqual(outgoing.map((call) => call.to.name), ["成交额"]);
});

// feature: folds, selections
test("folds and selections", async () => {
  const textDocument = editor.document("cards.kpi");
  const folds = (await editor.connection.sendRequest(FoldingRangeRequest.type, { textDocument }))!;
  assert.deepEqual(folds.map((fold) => [fold.startLine, fold.endLine]), [[0, 2]]);
  const positions = [editor.behind("cards.kpi", "{ 成")];
  const [step] = (await editor.connection.sendRequest(SelectionRangeRequest.type, { textDocument, positions }))!;
  assert.equal(editor.textOf("cards.kpi", step.range), "成交额");
  assert.equal(editor.textOf("cards.kpi", step.parent!.range), "成交额 weight 100%");
});

// feature: cancelling
test("a question that is taken back", async () => {
  // Who cannot be told to ask again is answered when all is known, and that takes a moment.
  const patient = await Editor.start({ ...ABLE, workspace: { ...ABLE.workspace, diagnostics: {} } });
  try {
    await patient.open("much.kpi", MUCH);
    const source = new CancellationTokenSource();
    const asked = patient.connection.sendRequest(
      WorkspaceDiagnosticRequest.type,
      { previousResultIds: [] },
      source.token,
    );
    source.cancel();
    const why = await asked.then(
      () => assert.fail("the findings of this cannot be known so soon"),
      (why: unknown) => why,
    );
    assert.ok(why instanceof ResponseError);
    assert.equal(why.code, LSPErrorCodes.RequestCancelled);
    // What stands behind it is answered.
    const textDocument = patient.document("much.kpi");
    const symbols = (await patient.connection.sendRequest(DocumentSymbolRequest.type, { textDocument }))!;
    assert.equal(symbols.length, 6000);
  } finally {
    await patient.stop();
  }
});

// feature: cancelling
test("an answer about a text that has changed is none", async () => {
  const textDocument = editor.document("cards.kpi");
  const asked = Array.from({ length: 50 }, () =>
    editor.connection.sendRequest(SemanticTokensRequest.type, { textDocument }).then(
      () => "answered",
      (why: ResponseError<void>) => why.code,
    ),
  );
  await editor.replace("cards.kpi", "100元", "1元", 2);
  for (const answer of await Promise.all(asked)) {
    assert.ok(answer === "answered" || answer === LSPErrorCodes.ContentModified, `${answer}`);
  }
});

// feature: progress
test("the first analysis shows its progress", async () => {
  const other = await Editor.start(ABLE, { "much.kpi": MUCH });
  try {
    await until(() => other.progress.some((value) => value.kind === "end"));
    assert.deepEqual(other.progress.map((value) => value.kind), ["begin", "end"]);
    const [begin] = other.progress;
    assert.equal(begin.kind === "begin" && begin.title, "checking the policy");
  } finally {
    await other.stop();
  }
});

// feature: projects
test("files are watched because the client was asked to", async () => {
  await until(() => editor.registered.length > 0);
  const watch = editor.registered.find((own) => own.method === DidChangeWatchedFilesNotification.method);
  const patterns = watch?.registerOptions.watchers.map((watcher: { globPattern: string }) => watcher.globPattern);
  assert.deepEqual(patterns, ["**/kpi.toml", "**/*.kpi", "**/kpi-baseline.json", "**/*.{csv,xlsx,parquet}"]);
  writeFileSync(join(editor.folder, "new.kpi"), "indicator 新来的 { formula 1 }\n");
  const changes = [{ uri: editor.uri("new.kpi"), type: FileChangeType.Created }];
  await editor.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes });
  const find = async () =>
    (await editor.connection.sendRequest(WorkspaceSymbolRequest.type, { query: "新来" }))!.map((found) => found.name);
  assert.deepEqual(await find(), ["新来的"]);
  const folder = { uri: editor.uri(""), name: "project" };
  const event = { added: [folder], removed: [] };
  await editor.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event });
  assert.deepEqual(await find(), ["新来的"]);
});

// feature: settings, hover
test("settings are asked for because the client was asked to tell of them", async () => {
  await until(() => editor.registered.some((own) => own.method === DidChangeConfigurationNotification.method));
  editor.settings = { language: "zh" };
  await editor.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
  const ask = async () => {
    const textDocument = editor.document("cards.kpi");
    const position = editor.behind("cards.kpi", "{ 成");
    const found = await editor.connection.sendRequest(HoverRequest.type, { textDocument, position });
    return (found!.contents as MarkupContent).value;
  };
  let said = await ask();
  while (!said.includes("直播的成交额之和")) {
    said = await ask();
  }
});
