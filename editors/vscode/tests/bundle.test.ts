// The bundle as an editor loads it, with everything in it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import { test } from "node:test";

const BUNDLE = join(__dirname, "..", "..", "dist", "extension.js");
const made = existsSync(BUNDLE);

/** An interface of which nothing is known: every member is there, may be called, made or derived from. */
function anything(name: string, asked: Set<string>): unknown {
  const members = new Map<PropertyKey, unknown>();
  return new Proxy(class {}, {
    get(target, member, receiver) {
      if (member === "prototype" || typeof member === "symbol") return Reflect.get(target, member, receiver) as unknown;
      // It is no promise.
      if (member === "then") return undefined;
      asked.add(`${name}.${member}`);
      if (!members.has(member)) members.set(member, anything(`${name}.${member}`, asked));
      return members.get(member);
    },
    apply: () => anything(`${name}()`, asked),
  });
}

test("the bundle loads with nothing but the editor beside it", { skip: made ? false : "not built yet: npm run package" }, () => {
  const asked = new Set<string>();
  const editor = anything("vscode", asked);
  const loader = Module as unknown as { _load(request: string, ...more: unknown[]): unknown };
  const load = loader._load;
  const required: string[] = [];
  loader._load = (request, ...more) => {
    required.push(request);
    return request === "vscode" ? editor : load(request, ...more);
  };
  try {
    const extension = load(BUNDLE, null, false) as Record<string, unknown>;
    assert.deepEqual(Object.keys(extension).sort(), ["activate", "deactivate"]);
  } finally {
    loader._load = load;
  }
  const own = new Set(Module.builtinModules);
  const foreign = required.filter((name) => name !== "vscode" && name !== BUNDLE && !own.has(name.replace(/^node:/, "")));
  assert.deepEqual(foreign, []);
});
