/** What a real browser makes of an SVG file: Debian's Chromium, without a window. `.ci/run` installs it. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface Drawn {
  /** Of each element that the selectors find: its class, and the box that it takes on the page, in pixels. */
  readonly [selector: string]: readonly {
    readonly name: string;
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  }[];
}

/** Opens `file` by itself, and in a page that measures it. Rejects when the browser finds an error in it. */
export async function drawnIn(file: string, svg: string, selectors: readonly string[]): Promise<Drawn> {
  const alone = await dumpOf(pathToFileURL(file).href);
  if (alone.includes('parsererror')) throw new Error(`The browser cannot read it: ${alone.slice(0, 2000)}`);
  const measure = `
    const boxOf = (element) => element.getBoundingClientRect();
    const found = (selector) => [...document.querySelectorAll(selector)].map((element) => ({
      name: element.getAttribute('class'), left: boxOf(element).left, top: boxOf(element).top, width: boxOf(element).width, height: boxOf(element).height,
    }));
    const drawn = Object.fromEntries(${JSON.stringify(selectors)}.map((selector) => [selector, found(selector)]));
    document.body.textContent = 'DRAWN' + JSON.stringify(drawn) + 'DRAWN';`;
  const page = `${file}.html`;
  await writeFile(page, `<!doctype html><meta charset="utf-8"><body>${svg}<script>${measure}</script>`);
  const [, json = ''] = (await dumpOf(pathToFileURL(page).href)).split('DRAWN');
  return JSON.parse(json) as Drawn;
}

async function dumpOf(url: string): Promise<string> {
  const chromium = process.env.CHROMIUM ?? 'chromium';
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', url];
  const { stdout } = await promisify(execFile)(chromium, args, { timeout: 60_000, maxBuffer: 2 ** 26 });
  return stdout;
}
