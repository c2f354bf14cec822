/** What the factories that are given a file have in common: the checks of what they are given. */
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidOptionError } from '../errors.js';
import { LONGEST_DELAY } from '../options.js';

export type OptionCheck = readonly [expected: string, isValid: (value: unknown) => boolean];

/** What any of them may be given. */
export const startTimeoutCheck: OptionCheck = [
  `milliseconds above 0, up to ${LONGEST_DELAY}`,
  (value) => typeof value === 'number' && value > 0 && value <= LONGEST_DELAY,
];

/** @throws InvalidOptionError when `url` is neither a file URL nor an absolute path */
export function fileUrlOf(factory: string, url: unknown): URL {
  if (url instanceof URL) return url;
  if (typeof url === 'string') {
    if (isAbsolute(url)) return pathToFileURL(url);
    if (/^(file|data):/.test(url)) return new URL(url);
  }
  throw new InvalidOptionError(
    'url',
    "a file URL or an absolute path, like new URL('./x.worker.js', import.meta.url)",
    url,
    `The file of ${factory}()`,
  );
}

/** For messages. */
export function pathOf(file: URL): string {
  return file.protocol === 'file:' ? fileURLToPath(file) : file.href;
}

/** @throws InvalidOptionError for an unknown option, or a value that its check refuses */
export function checkOptions(
  factory: string,
  options: unknown,
  checks: Readonly<Record<string, OptionCheck>>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', 'an object', options, `${factory}'s options`);
  }
  for (const [option, value] of Object.entries(options)) {
    const subject = `${factory}'s option ${option}`;
    if (!Object.hasOwn(checks, option)) {
      throw new InvalidOptionError(option, `one of ${Object.keys(checks).join(', ')}`, option, subject);
    }
    const [expected, isValid] = checks[option] as OptionCheck;
    if (value !== undefined && !isValid(value))
      throw new InvalidOptionError(option, expected, value, subject);
  }
}
