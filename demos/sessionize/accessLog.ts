/** An access log that is made up: always the same one for the same number of lines. */

export interface Hit {
  readonly user: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly path: string;
  readonly bytes: number;
}

const paths = ['/', '/search', '/cart', '/help', '/items/17', '/items/42', '/items/99', '/logout'];
const FIRST_SECOND = Date.UTC(2026, 0, 5) / 1000;

/** Lines in the combined log format, in the order of time: a few users at a time are active, and most come back. */
export function* accessLog(lines: number, users: number): Generator<string> {
  const random = mulberry32(2026);
  const pick = (count: number) => Math.floor(random() * count);
  let at = FIRST_SECOND;
  let active = 0;
  for (let line = 0; line < lines; line += 1) {
    at += pick(20);
    if (pick(40) === 0) active = pick(users);
    const user = `u${(active + pick(5)) % users}`;
    const time = new Date(at * 1000).toISOString();
    const path = paths[pick(paths.length)];
    yield `192.0.2.${pick(256)} - ${user} [${time}] "GET ${path} HTTP/1.1" 200 ${200 + pick(20_000)} "-" "made up"`;
  }
}

export const userOf = (line: string): string => line.split(' ', 3)[2]!;

const format = /^\S+ \S+ (\S+) \[([^\]]+)\] "\S+ (\S+) [^"]*" \d+ (\d+) /;

/** @throws SyntaxError for a line of another format */
export function hitOf(line: string): Hit {
  const [, user, time, path, bytes] = format.exec(line) ?? [];
  if (!user || !time || !path) throw new SyntaxError(`No line of an access log: ${line}`);
  return { user, at: Date.parse(time) / 1000, path, bytes: Number(bytes) };
}

/** Source: Tommy Ettinger's mulberry32, in the public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
