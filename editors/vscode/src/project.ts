// Which project a file belongs to, and what its policy says of periods.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder at or above `path` that has a `kpi.toml`. */
export function findProject(path: string, exists: (file: string) => boolean = existsSync): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    if (exists(join(folder, "kpi.toml"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** How long a period of a policy is. */
export type PeriodKind = "week" | "month" | "quarter" | "year";

const KINDS: ReadonlyMap<string, PeriodKind> = new Map([
  ["week", "week"], ["周", "week"],
  ["month", "month"], ["月", "month"],
  ["quarter", "quarter"], ["季度", "quarter"],
  ["year", "year"], ["年", "year"],
]);

/** What `period …` of a policy says in this text; nothing if it holds no policy. */
export function periodKind(text: string): PeriodKind | undefined {
  const policy = /^(?:policy|制度)[ \t\u3000][^}｝]*/mu.exec(text)?.[0];
  const word = policy === undefined ? undefined : /(?:^|[{,，｛])[ \t\u3000]*(?:period|周期)[ \t\u3000]+([\p{L}]+)/mu.exec(policy)?.[1];
  return word === undefined ? undefined : KINDS.get(word);
}

/** The kind of period of the policy in a folder. */
export function projectPeriod(folder: string): PeriodKind | undefined {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".kpi"));
    for (const file of files) {
      const kind = periodKind(readFileSync(join(folder, file), "utf8"));
      if (kind !== undefined) return kind;
    }
  } catch {
    // A folder that cannot be read says nothing; `kpi` itself tells why.
  }
  return undefined;
}

/** The last periods before the one of `today`, the latest first, as `kpi run --period` takes them. */
export function lastPeriods(kind: PeriodKind, today: Date, count: number): string[] {
  const year = today.getFullYear();
  const month = today.getMonth();
  const pad = (n: number): string => String(n).padStart(2, "0");
  const named = (back: number): string => {
    switch (kind) {
      case "week": {
        // The Thursday of a week is in its ISO year.
        const day = new Date(Date.UTC(year, month, today.getDate() - 7 * back));
        day.setUTCDate(day.getUTCDate() + 3 - ((day.getUTCDay() + 6) % 7));
        const first = Date.UTC(day.getUTCFullYear(), 0, 1);
        const week = Math.floor((day.getTime() - first) / 86_400_000 / 7) + 1;
        return `${day.getUTCFullYear()}-W${pad(week)}`;
      }
      case "month": {
        const at = year * 12 + month - back;
        return `${Math.floor(at / 12)}-${pad((at % 12) + 1)}`;
      }
      case "quarter": {
        const at = year * 4 + Math.floor(month / 3) - back;
        return `${Math.floor(at / 4)}-Q${(at % 4) + 1}`;
      }
      case "year":
        return String(year - back);
    }
  };
  return Array.from({ length: count }, (_, index) => named(index + 1));
}
