// As much of the editor's interface as the test explorer needs, so that it is tried without an editor.
export class Position {
  constructor(readonly line: number, readonly character: number) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
}

export class Uri {
  private constructor(readonly scheme: string, readonly path: string) {}
  static file(path: string): Uri {
    return new Uri("file", path);
  }
  static parse(text: string): Uri {
    const [, scheme = "", path = ""] = /^([\w.+-]+):(?:\/\/)?(.*)$/.exec(text) ?? [];
    return new Uri(scheme, decodeURI(path));
  }
  static from(parts: { scheme: string; path: string }): Uri {
    return new Uri(parts.scheme, parts.path);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, `${base.path}/${parts.join("/")}`);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${encodeURI(this.path)}`;
  }
}

export class Location {
  constructor(readonly uri: Uri, readonly range: Position) {}
}

export class TestMessage {
  expectedOutput?: string;
  actualOutput?: string;
  location?: Location;
  constructor(readonly message: string) {}
}

export class TestRunRequest {
  constructor(readonly include?: TestItem[], readonly exclude?: TestItem[]) {}
}

export class TestCoverageCount {
  constructor(readonly covered: number, readonly total: number) {}
}

export class FileCoverage {
  constructor(readonly uri: Uri, readonly statementCoverage: TestCoverageCount) {}
}

export class DeclarationCoverage {
  constructor(readonly name: string, readonly executed: number | boolean, readonly location: Position) {}
}

export class StatementCoverage {
  constructor(readonly executed: number | boolean, readonly location: Position, readonly branches: BranchCoverage[]) {}
}

export class BranchCoverage {
  constructor(readonly executed: number | boolean, readonly location: Position, readonly label: string) {}
}

export class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  dispose(): void {}
}

export const TestRunProfileKind = { Run: 1, Debug: 2, Coverage: 3 };

export class Items {
  private items = new Map<string, TestItem>();
  get size(): number {
    return this.items.size;
  }
  get(id: string): TestItem | undefined {
    return this.items.get(id);
  }
  add(item: TestItem): void {
    this.items.set(item.id, item);
  }
  delete(id: string): void {
    this.items.delete(id);
  }
  replace(items: readonly TestItem[]): void {
    this.items = new Map(items.map((item) => [item.id, item]));
  }
  forEach(does: (item: TestItem) => void): void {
    this.items.forEach(does);
  }
}

export class TestItem {
  readonly children = new Items();
  range?: Range;
  sortText?: string;
  constructor(readonly id: string, readonly label: string, readonly uri: Uri | undefined) {}
}

/** What was told of a run, in words. */
export interface Told {
  became: [string, string][];
  messages: TestMessage[];
  output: string;
  covered: FileCoverage[];
}

export const told: Told = { became: [], messages: [], output: "", covered: [] };
export const profiles: { label: string; kind: number; run: (request: TestRunRequest, cancel: unknown) => Promise<void>; loadDetailedCoverage?: (run: unknown, file: FileCoverage) => Promise<unknown[]> }[] = [];
export const roots = new Items();

function become(state: string): (item: TestItem, messages?: TestMessage | TestMessage[]) => void {
  return (item, messages) => {
    told.became.push([item.label, state]);
    if (Array.isArray(messages)) told.messages.push(...messages);
    else if (messages instanceof TestMessage) told.messages.push(messages);
  };
}

export const tests = {
  createTestController: () => ({
    items: roots,
    refreshHandler: undefined,
    createTestItem: (id: string, label: string, uri: Uri) => new TestItem(id, label, uri),
    createRunProfile: (label: string, kind: number, run: (request: TestRunRequest, cancel: unknown) => Promise<void>) => {
      const profile = { label, kind, run };
      profiles.push(profile);
      return profile;
    },
    createTestRun: () => ({
      started: () => undefined,
      passed: become("passed"),
      failed: become("failed"),
      errored: become("errored"),
      skipped: become("skipped"),
      appendOutput: (text: string) => (told.output += text),
      addCoverage: (file: FileCoverage) => told.covered.push(file),
      end: () => undefined,
    }),
    dispose: () => undefined,
  }),
};

export const settings: Record<string, unknown> = {};
export const files: Uri[] = [];
export const documents: { uri: Uri; languageId: string; fileName: string; isDirty: boolean; getText(): string; save(): Promise<boolean> }[] = [];
const nothing = (): { dispose(): void } => ({ dispose: () => undefined });

export const workspace = {
  workspaceFolders: undefined,
  textDocuments: documents,
  getConfiguration: () => ({ get: (name: string, otherwise: unknown) => settings[name] ?? otherwise }),
  findFiles: (pattern: string) => Promise.resolve(files.filter((uri) => uri.path.endsWith(pattern.replace(/^\*\*\/\*?/, "")))),
  asRelativePath: (uri: Uri) => uri.path.split("/").slice(-2).join("/"),
  createFileSystemWatcher: () => ({ onDidCreate: nothing, onDidChange: nothing, onDidDelete: nothing, dispose: () => undefined }),
  onDidOpenTextDocument: nothing,
  onDidChangeTextDocument: nothing,
  fs: { readFile: async (uri: Uri) => (await import("node:fs/promises")).readFile(uri.fsPath) },
};

export const window = { showErrorMessage: () => Promise.resolve(undefined) };
export const commands = { executeCommand: () => Promise.resolve(undefined) };
export const env = { language: "en" };
export const l10n = { t: (text: string) => text };
