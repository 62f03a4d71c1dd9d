// Runs `kpi` and waits for what it says.
import { spawn } from "node:child_process";

export interface Said {
  /** How it ended; nothing if it was stopped or could not be started. */
  code: number | undefined;
  output: string;
  errors: string;
}

/** Something that may be called off. */
export interface Cancellation {
  onCancellationRequested(stop: () => void): { dispose(): void };
}

/** Runs a program in a folder. It never throws: why it could not be started stands in `errors`. */
export function run(program: string, given: readonly string[], folder: string, cancel?: Cancellation): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(program, given, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const stop = cancel?.onCancellationRequested(() => child.kill());
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    const end = (code: number | null, more = ""): void => {
      stop?.dispose();
      // Decoded as a whole: a chunk may end in the middle of a character.
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString("utf8");
      resolve({ code: code ?? undefined, output: text(output), errors: text(errors) + more });
    };
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.on("error", (why) => end(null, why.message));
    child.on("close", (code) => end(code));
  });
}
