// The manifest, the sources and both languages say the same.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(__dirname, "..", "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const json = <T>(path: string): T => JSON.parse(read(path)) as T;

interface Manifest {
  main: string;
  icon: string;
  contributes: {
    commands: { command: string; title: string }[];
    configuration: { properties: Record<string, { type: string; default: unknown }> };
    languages: { configuration: string }[];
    grammars: { path: string; scopeName: string }[];
    snippets: { path: string }[];
    menus: Record<string, { command: string }[]>;
  };
}

const manifest = json<Manifest>("package.json");
const sources = readdirSync(join(ROOT, "src")).map((file) => read(`src/${file}`)).join("\n");
const english = json<Record<string, string>>("package.nls.json");
const chinese = json<Record<string, string>>("package.nls.zh-cn.json");

test("every text of the manifest is there in both languages, and no other", () => {
  const used = new Set([...read("package.json").matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? ""));
  assert.deepEqual(Object.keys(english).sort(), [...used].sort());
  assert.deepEqual(Object.keys(chinese).sort(), [...used].sort());
  for (const [key, text] of Object.entries(chinese)) {
    if (key.endsWith(".media")) continue;
    assert.match(text, /\p{Script=Han}/u, key);
  }
});

test("every text of the sources has its Chinese, and no other", () => {
  const said = [...sources.matchAll(/l10n\.t\(\s*"((?:\\.|[^"\\])*)"/g)].map(([, text]) => JSON.parse(`"${text}"`) as string);
  assert.equal(said.length, [...sources.matchAll(/l10n\.t\(/g)].length, "texts are written where they are said");
  const told = json<Record<string, string>>("l10n/bundle.l10n.zh-cn.json");
  assert.deepEqual(Object.keys(told).sort(), [...new Set(said)].sort());
  for (const [text, translated] of Object.entries(told)) {
    const holes = (template: string): string[] => [...template.matchAll(/\{\d\}/g)].map(String).sort();
    assert.deepEqual(holes(translated), holes(text));
  }
});

test("every command is registered, and every command of a menu declared", () => {
  const declared = manifest.contributes.commands.map(({ command }) => command);
  const registered = [...sources.matchAll(/register\("(kpi\.\w+)"/g)].map(([, name]) => name ?? "");
  assert.deepEqual([...registered].sort(), [...declared].sort());
  const offered = Object.values(manifest.contributes.menus).flat();
  for (const { command } of offered) assert.ok(declared.includes(command), command);
  const texts = [sources, ...["package.nls.json", "package.nls.zh-cn.json"].map(read)].join("\n");
  for (const [, name = ""] of texts.matchAll(/command:(kpi\.\w+)/g)) assert.ok(declared.includes(name), name);
});

test("the settings that the sources read are declared", () => {
  const declared = Object.keys(manifest.contributes.configuration.properties);
  for (const [, name] of sources.matchAll(/setting(?:<\w+>)?\("([\w.]+)"/g)) assert.ok(declared.includes(`kpi.${name}`), name);
  for (const name of declared) {
    const told = ["README.md", "README.zh-CN.md"].every((file) => read(file).includes(`\`${name}\``));
    assert.ok(told, `${name} is not in the READMEs`);
  }
});

test("every file that the manifest names is there", () => {
  const { languages, grammars, snippets } = manifest.contributes;
  const named = [manifest.icon, ...languages.map((one) => one.configuration), ...grammars.map((one) => one.path), ...snippets.map((one) => one.path)];
  const media = [english, chinese].flatMap((texts) => Object.entries(texts).filter(([key]) => key.endsWith(".media")).map(([, path]) => path));
  for (const path of [...named, ...media]) assert.ok(existsSync(join(ROOT, path)), path);
});

test("the patterns of the language's configuration are patterns", () => {
  interface Pattern { pattern: string; flags?: string }
  const patterns: Pattern[] = [];
  JSON.parse(read("language-configuration.json"), (_, value: unknown) => {
    if (typeof value === "object" && value !== null && typeof (value as Partial<Pattern>).pattern === "string") patterns.push(value as Pattern);
    return value;
  });
  assert.equal(patterns.length, 7);
  const [word, deeper, back, doc, row] = patterns.map(({ pattern, flags }) => new RegExp(pattern, flags));
  const words = "目标 ≥ 1万元 容差 20%, `30日留存率` gmv_2 ¥5.5k 30s".match(new RegExp(word ?? "", "gu"));
  assert.deepEqual(words, ["目标", "1万元", "容差", "20%", "`30日留存率`", "gmv_2", "¥5.5k", "30s"]);
  assert.match("indicator x {", deeper ?? /$^/);
  assert.match("  目标 按 阶段 ｛", deeper ?? /$^/);
  assert.doesNotMatch("  grade { ≥ 90: 1 }", deeper ?? /^/);
  assert.doesNotMatch("// what { is", deeper ?? /^/);
  assert.match("  }", back ?? /$^/);
  assert.match("/// 口径", doc ?? /$^/);
  assert.match("        | A01 | 主播 |", row ?? /$^/);
});

test("nothing is sent anywhere", () => {
  assert.doesNotMatch(sources, /https?:\/\/|from "(?:node:)?(?:http|https|net|tls|dgram)"|fetch\(|telemetry/i);
  assert.doesNotMatch(read("package-lock.json"), /"resolved"/);
});
