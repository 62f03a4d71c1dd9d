// How texts are coloured, line by line. `npm run snapshots` writes them anew: read what has changed.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { colour, loadGrammar } from "./colours";

const FOLDER = join(__dirname, "..", "..", "tests", "grammar");

/** Each line, and below it its pieces with their innermost scope: in words and not by columns, which Chinese would shift. */
async function render(text: string): Promise<string> {
  const grammar = await loadGrammar();
  const pieces = colour(grammar, text);
  const lines = text.split("\n").map((content, line) => {
    const said = pieces.filter((piece) => piece.line === line && piece.text.trim() !== "" && piece.scopes.length > 1);
    const own = said.map((piece) => `    ${piece.text.trim()}  ·  ${piece.scopes.slice(1).map((scope) => scope.replace(/\.kpi$/, "")).join(" > ")}`);
    return [content, ...own].join("\n");
  });
  return `${lines.join("\n").trimEnd()}\n`;
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".kpi.txt"))) {
  test(`the colours of ${file}`, async () => {
    const shown = await render(readFileSync(join(FOLDER, file), "utf8"));
    const path = join(FOLDER, `${file}.snap`);
    if (process.env["KPI_UPDATE"] === "1") writeFileSync(path, shown);
    assert.equal(existsSync(path) ? readFileSync(path, "utf8") : "", shown);
  });
}

test("policies in Markdown are coloured, and what is behind them is not", async () => {
  const text = ["# Title", "```kpi,fails=K2003", 'indicator x "标" {', "  formula sum(a.b", "```", "indicator no more", "~~~ KPI", "指标 y {}", "~~~", "```kpis", "rule"].join("\n");
  const pieces = colour(await loadGrammar("markdown.kpi.codeblock"), text);
  const words = pieces.filter((piece) => /^(storage|keyword|support)/.test(piece.scopes.at(-1) ?? ""));
  assert.deepEqual(words.map((piece) => [piece.line, piece.text]), [[2, "indicator"], [3, "formula"], [3, "sum"], [7, "指标"]]);
  const scopes = pieces.find((piece) => piece.text === "indicator")?.scopes ?? [];
  assert.ok(scopes.includes("meta.embedded.block.kpi"));
});
