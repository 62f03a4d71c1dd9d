// What `kpi test --format json` says, and which test of a file each result is of.
import type { FoundTest } from "./discover";

/** As docs/schema/test.json says; lines and columns from 1. */
export interface Report {
  tests: Result[];
  coverage?: Coverage;
}

export interface Result {
  name: string;
  file: string | null;
  line: number | null;
  outcome: "passed" | "failed";
  failures: Failure[];
}

export interface Failure {
  code: string;
  file: string | null;
  line: number | null;
  column: number | null;
  message: string;
  expected: string | null;
  actual: string | null;
}

export interface Coverage {
  reached: number;
  sites: number;
  declarations: Declared[];
}

export interface Declared {
  name: string;
  file: string | null;
  line: number | null;
  reached: number;
  sites: number;
  uncovered: { file: string | null; line: number | null; column: number | null; message: string }[];
}

/** Reads a report; nothing if it is none, as where the policy has errors. */
export function readReport(text: string): Report | undefined {
  try {
    const value = JSON.parse(text) as Partial<Report> | null;
    return Array.isArray(value?.tests) ? (value as Report) : undefined;
  } catch {
    return undefined;
  }
}

/** A result's test, and what tells a case from the others of its test: `(rate = 98%)`. */
export interface Placed {
  test: FoundTest;
  case: string | undefined;
}

/**
 * Which of the tests of its file a result is of. A test with cases gives a result for each row, whose line is the row's; if the file has been
 * changed since, the name tells.
 */
export function place(result: Pick<Result, "name" | "line">, tests: readonly FoundTest[]): Placed | undefined {
  const begins = (test: FoundTest): boolean => result.name === test.name || result.name.startsWith(`${test.name} (`);
  const line = result.line === null ? -1 : result.line - 1;
  const there = tests.find((test) => test.line <= line && line <= test.lastLine && begins(test));
  const named = tests.filter(begins).sort((a, b) => b.name.length - a.name.length);
  const test = there ?? named[0];
  if (test === undefined) return undefined;
  const rest = result.name.slice(test.name.length).trim();
  return { test, case: rest === "" ? undefined : rest };
}

/** What the text report says of each test that failed: from its heading `── name ──` to the next. */
export function sections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const parts = text.split(/^── (.*) ──\r?$/mu);
  for (let index = 1; index + 1 < parts.length; index += 2) {
    found.set(parts[index] ?? "", (parts[index + 1] ?? "").trim());
  }
  return found;
}

/** Output of a program as a terminal of the editor shows it. */
export function forTerminal(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
