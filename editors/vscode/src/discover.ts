// Where the tests of a policy are, read without the server, so that the test explorer shows them at once.

/** A test in a text: its name, and its lines from 0. */
export interface FoundTest {
  name: string;
  line: number;
  lastLine: number;
}

/** A declaration begins at a word in column 0; `“ ”` are read as `"`. */
const HEAD = /^(?:test|测试)[ \t\u3000]*["“”＂]((?:\\.|[^\\"“”＂])*)["“”＂]/u;

/** The tests of a text, in order. */
export function findTests(text: string): FoundTest[] {
  const lines = text.split(/\r?\n/);
  const tests: FoundTest[] = [];
  let open: FoundTest | undefined;
  lines.forEach((content, line) => {
    const name = HEAD.exec(content)?.[1];
    if (name !== undefined) {
      open = { name: unescape(name), line, lastLine: line };
      tests.push(open);
    } else if (/^[}｝]/u.test(content)) {
      if (open !== undefined) open.lastLine = line;
      open = undefined;
    } else if (/^[^\s/]/u.test(content)) {
      open = undefined;
    } else if (open !== undefined && content.trim() !== "") {
      open.lastLine = line;
    }
  });
  return tests;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gu, (_, character: string) => (character === "n" ? "\n" : character === "t" ? "\t" : character));
}
