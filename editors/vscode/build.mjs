// Bundles the extension into dist/, or with --tests the tests into out/. With --production also the notices of what is bundled.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const flags = new Set(process.argv.slice(2));
const common = { absWorkingDir: root, bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "warning" };

if (flags.has("--tests")) {
  rmSync(join(root, "out"), { recursive: true, force: true });
  const files = readdirSync(join(root, "tests")).filter((file) => file.endsWith(".test.ts"));
  await build({ ...common, entryPoints: files.map((file) => `tests/${file}`), outdir: "out/tests", packages: "external", alias: { vscode: "./tests/editor.ts" } });
} else {
  const production = flags.has("--production");
  const options = {
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: production,
    sourcemap: !production,
    metafile: true,
  };
  rmSync(join(root, "dist"), { recursive: true, force: true });
  if (flags.has("--watch")) {
    await (await context(options)).watch();
  } else {
    const { metafile } = await build(options);
    if (production) writeNotices(metafile);
  }
}

/** The licences of what is bundled, which ask to be handed on with it. */
function writeNotices(metafile) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (found) folders.add(found[0]);
  }
  const parts = [...folders].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${about.name} has no licence file`);
    return `${about.name} ${about.version} (${about.license})\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
  });
  if (parts.length === 0) throw new Error("nothing is bundled");
  if (!existsSync(join(root, "dist"))) mkdirSync(join(root, "dist"));
  writeFileSync(join(root, "dist", "THIRD-PARTY-NOTICES.txt"), parts.join(`\n${"-".repeat(80)}\n\n`));
}
