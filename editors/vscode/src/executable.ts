// Where the program `kpi` is.
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** What is looked at: the setting `kpi.path`, the first folder of the workspace, and what the system says. */
export interface Where {
  setting: string;
  folder: string | undefined;
  path: string;
  home: string;
  windows: boolean;
}

/** What this computer says. */
export function here(setting: string, folder: string | undefined): Where {
  return { setting, folder, path: process.env["PATH"] ?? "", home: homedir(), windows: process.platform === "win32" };
}

/** The program: the setting's if there is one, else the first on the search path, else that of cargo or of `~/.local`. */
export function findExecutable(where: Where, runs: (file: string) => boolean = isProgram): string | undefined {
  const setting = where.setting.trim();
  const names = where.windows ? ["kpi.exe"] : ["kpi"];
  if (setting !== "") {
    const expanded = setting
      .replace(/^~(?=[\\/]|$)/, where.home)
      .replace(/\$\{workspaceFolder\}/g, where.folder ?? "");
    const full = isAbsolute(expanded) || where.folder === undefined ? expanded : join(where.folder, expanded);
    // A folder means the program in it.
    return [full, ...names.map((name) => join(full, name))].find(runs);
  }
  const folders = where.path.split(delimiter).filter((folder) => folder !== "");
  folders.push(join(where.home, ".cargo", "bin"), join(where.home, ".local", "bin"));
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(runs);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
