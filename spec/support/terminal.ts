/** A terminal, as far as log-update goes. */

const ESCAPE = '\u001b';
const TOKENS = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]|\\n|\\r|[^${ESCAPE}\\n\\r]+`, 'g');
const COMMAND = new RegExp(`^${ESCAPE}\\[(\\d*)([A-Z])`);

/** What stands on it at last, line by line, after all that was written to it. */
export function shownBy(written: readonly string[]): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  const put = (text: string) => {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  };
  const control = (count: number, command: string) => {
    if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row = Math.min(lines.length - 1, row + count);
    else if (command === 'G') column = 0;
    else if (command === 'K') lines[row] = (lines[row] ?? '').slice(0, count === 2 ? 0 : column);
    else if (command === 'J') lines.length = row + 1;
  };
  for (const [token] of written.join('').matchAll(TOKENS)) {
    const [, count, command] = COMMAND.exec(token) ?? [];
    if (command !== undefined) control(command === 'K' ? Number(count) : Number(count || 1), command);
    else if (token === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else if (token === '\r') column = 0;
    else if (!token.startsWith(ESCAPE)) put(token);
  }
  return lines;
}
