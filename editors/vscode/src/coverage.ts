// What the tests of a policy reach, in the words of the editor: the sites where a policy decides are its branches.
import { resolve } from "node:path";
import * as vscode from "vscode";
import type { Coverage } from "./report";

class Covered {
  private readonly found = new WeakMap<vscode.FileCoverage, vscode.FileCoverageDetail[]>();

  /** What a report says, file by file. */
  take(coverage: Coverage, folder: string): vscode.FileCoverage[] {
    const files = new Map<string, { reached: number; sites: number; details: vscode.FileCoverageDetail[] }>();
    const of = (file: string): { reached: number; sites: number; details: vscode.FileCoverageDetail[] } => {
      const path = resolve(folder, file);
      const known = files.get(path) ?? { reached: 0, sites: 0, details: [] };
      files.set(path, known);
      return known;
    };
    for (const declared of coverage.declarations) {
      if (declared.file === null || declared.line === null) continue;
      const file = of(declared.file);
      file.reached += declared.reached;
      file.sites += declared.sites;
      const at = new vscode.Position(declared.line - 1, 0);
      file.details.push(new vscode.DeclarationCoverage(declared.name, declared.reached, at));
      const places = new Map<string, { at: vscode.Position; branches: vscode.BranchCoverage[] }>();
      for (const site of declared.uncovered) {
        if (site.file === null || site.line === null) continue;
        const position = new vscode.Position(site.line - 1, Math.max((site.column ?? 1) - 1, 0));
        const key = `${site.line}:${site.column ?? 1}`;
        const there = places.get(key) ?? { at: position, branches: [] };
        there.branches.push(new vscode.BranchCoverage(false, position, site.message));
        places.set(key, there);
      }
      for (const { at: position, branches } of places.values()) {
        file.details.push(new vscode.StatementCoverage(false, position, branches));
      }
    }
    return [...files].map(([path, file]) => {
      const count = new vscode.TestCoverageCount(file.reached, file.sites);
      const covered = new vscode.FileCoverage(vscode.Uri.file(path), count);
      this.found.set(covered, file.details);
      return covered;
    });
  }

  details(file: vscode.FileCoverage): vscode.FileCoverageDetail[] {
    return this.found.get(file) ?? [];
  }
}

export const filesOf = new Covered();
