// What `kpi` is called with, and what commands are called with.

/** What a command was asked for: by a code lens of the server, a key, or another extension. */
export interface Asked {
  /** A file or folder of the project, as a URI or a path. */
  uri?: string;
  /** A declaration: an indicator, scorecard, incentive or rule; for tests the name of a test. */
  name?: string;
  subject?: string;
  period?: string;
  /** Tests by their names, where it is more than one. */
  tests?: { uri?: string; name: string }[];
}

/** Reads the arguments of a command: an object with these members, or texts, the first of them a place if it is one. */
export function readAsked(given: readonly unknown[]): Asked {
  const asked: Asked = {};
  for (const value of given) {
    if (typeof value === "string") {
      if (asked.uri === undefined && /^[a-z][a-z0-9+.-]*:|^[\\/]/i.test(value)) asked.uri = value;
      else asked.name ??= value;
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const members = value as Record<string, unknown>;
      const text = (name: string): string | undefined => {
        const found = members[name];
        return typeof found === "string" && found !== "" ? found : undefined;
      };
      const found: Asked = {};
      // A resource that the explorer or a menu of an editor gives is a URI itself.
      const resource = text("scheme") !== undefined && text("path") !== undefined ? String(value) : undefined;
      const uri = text("uri") ?? resource ?? text("path") ?? text("file");
      const name = text("test") ?? text("name");
      const subject = text("subject");
      const period = text("period");
      if (uri !== undefined) found.uri = uri;
      if (name !== undefined) found.name = name;
      if (subject !== undefined) found.subject = subject;
      if (period !== undefined) found.period = period;
      if (Array.isArray(members["tests"])) {
        const each = members["tests"].map((one) => readAsked([one]));
        found.tests = each.flatMap((one) => (one.name === undefined ? [] : [one.uri === undefined ? { name: one.name } : { uri: one.uri, name: one.name }]));
      }
      Object.assign(asked, found);
    }
  }
  return asked;
}

/** The language that `kpi` speaks: what is set, else that of the editor. */
export function language(setting: string, editor: string): "en" | "zh" {
  if (setting === "en" || setting === "zh") return setting;
  return /^zh\b/i.test(editor) ? "zh" : "en";
}

export function runArguments(period: string, tag: string): string[] {
  return ["run", "--period", period, "--lang", tag];
}

export function whyArguments(subject: string, what: string, period: string, tag: string): string[] {
  const asked = what === "" ? [subject] : [subject, what];
  // A key may begin with a dash.
  return ["why", "--period", period, "--lang", tag, "--progress", "never", "--", ...asked];
}

export function testArguments(filter: string | undefined, coverage: boolean, report: string, tag: string): string[] {
  const options = ["--format", "json", "--output", report, "--progress", "never", "--lang", tag];
  if (coverage) options.push("--coverage");
  return ["test", ...options, "--", ".", ...(filter === undefined ? [] : [filter])];
}
