// What is coloured as a word of the language is one to the compiler, and the other way round, in all policies of the repository.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { type Piece, colour, loadGrammar } from "./colours";

const REPOSITORY = join(__dirname, "..", "..", "..", "..");

/** A word of the language in a text: line and column from 0, how it is written, and whether a name may stand there as well. */
type Spoken = [line: number, column: number, word: string, name: boolean];

function policies(folder: string): string[] {
  const entries = readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".kpi"));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

const WORD = /^(storage\.type|keyword\.(other|control|operator\.word)|support\.(function|type)|constant\.language|variable\.language)/;

/** Reserved words are the language's wherever they stand, and `each` in front of a grid is heard as the head of one. */
const always = (piece: Piece): boolean => /^constant\.language/.test(piece.scopes.at(-1) ?? "") || piece.scopes.includes("meta.grid.kpi");

const cargo = spawnSync("cargo", ["--version"]).status === 0;

test("the colours are those of the compiler's words", { skip: cargo ? false : "cargo is missing" }, async () => {
  const files = [...policies("examples"), ...policies("stdlib")];
  const output = execFileSync("cargo", ["run", "--quiet", "-p", "xtask", "--", "spoken", ...files], {
    cwd: REPOSITORY,
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  const spoken = JSON.parse(output) as Record<string, Spoken[]>;
  const grammar = await loadGrammar();
  const missed: string[] = [];
  const wrong: string[] = [];
  let right = 0;
  for (const file of files) {
    const words = new Map((spoken[file] ?? []).map(([line, column, word]) => [`${line}:${column}`, word]));
    for (const piece of colour(grammar, readFileSync(file, "utf8"))) {
      const scope = piece.scopes.at(-1) ?? "";
      const at = `${piece.line}:${piece.start}`;
      const word = words.get(at);
      const place = `${relative(REPOSITORY, file)}:${piece.line + 1}:${piece.start + 1} ${piece.text} (${scope})`;
      if (word !== undefined) {
        words.delete(at);
        const coloured = WORD.test(scope) || scope === "variable.other.property.kpi";
        if (piece.text === word && coloured) right += 1;
        else missed.push(`${place}: a word of the language, \`${word}\``);
      } else if (WORD.test(scope) && scope !== "keyword.other.unit.kpi" && !always(piece)) {
        wrong.push(`${place}: no word of the language`);
      }
    }
    for (const [at, word] of words) missed.push(`${relative(REPOSITORY, file)} ${at} \`${word}\`: not coloured by itself`);
  }
  assert.deepEqual(missed, []);
  // Only the compiler knows that the `month` of `cohort == month` is a member: one in a thousand may be taken for a word.
  assert.ok(right > 5000 && wrong.length * 1000 <= right, `${right} words, and these are none:\n${wrong.join("\n")}`);
});
