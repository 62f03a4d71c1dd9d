// Reads policies as an editor colours them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { IGrammar, IOnigLib } from "vscode-textmate";
import { INITIAL, Registry, parseRawGrammar } from "vscode-textmate";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";

/** A piece of a line and what it is coloured as, innermost scope last. */
export interface Piece {
  line: number;
  start: number;
  text: string;
  scopes: string[];
}

const ROOT = join(__dirname, "..", "..");

const GRAMMARS = new Map([["source.kpi", "kpi.tmLanguage.json"], ["markdown.kpi.codeblock", "markdown.tmLanguage.json"]]);

/** The grammar of policies, or that of policies in Markdown. */
export async function loadGrammar(scope = "source.kpi"): Promise<IGrammar> {
  const wasm = createRequire(join(ROOT, "package.json")).resolve("vscode-oniguruma/release/onig.wasm");
  await loadWASM(readFileSync(wasm).buffer as ArrayBuffer);
  const onigLib: Promise<IOnigLib> = Promise.resolve({ createOnigScanner, createOnigString });
  const registry = new Registry({
    onigLib,
    loadGrammar: (wanted) => {
      const file = GRAMMARS.get(wanted);
      const path = join(ROOT, "syntaxes", file ?? "");
      return Promise.resolve(file === undefined ? null : parseRawGrammar(readFileSync(path, "utf8"), path));
    },
  });
  const grammar = await registry.loadGrammar(scope);
  if (grammar === null) throw new Error("there is no grammar");
  return grammar;
}

/** The pieces of a text, in order. */
export function colour(grammar: IGrammar, text: string): Piece[] {
  const pieces: Piece[] = [];
  let stack = INITIAL;
  text.split(/\r?\n/).forEach((content, line) => {
    const result = grammar.tokenizeLine(content, stack);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      const scopes = token.scopes.slice(1);
      pieces.push({ line, start: token.startIndex, text: content.slice(token.startIndex, token.endIndex), scopes });
    }
  });
  return pieces;
}
