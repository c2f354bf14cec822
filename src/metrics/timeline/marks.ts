/** What happened at a moment, as signs above a lane; and the legend of them. */
import type { Moment } from './history.js';
import { type Mark, marksOf } from './packing.js';
import { escaped, LABELS, MARGIN, type Page, round } from './svg.js';

/** Pixels above a lane, for its marks. */
export const STRIP = 15;
/** Pixels that a mark with a number takes. */
const ROOM = 22;
/** Texts of one mark that are told. */
const TOLD = 5;

const signs: { readonly [Kind in Moment['kind']]: readonly [sign: string, colour: string] } = {
  crash: ['✕', '#d4183d'],
  failed: ['◆', '#d4183d'],
  'dead-letter': ['✝', '#1c1e26'],
  cancelled: ['⊘', '#8a8f9c'],
  redelivered: ['↻', '#b35c00'],
  dropped: ['▽', '#b35c00'],
  recycled: ['♻', '#2b8a3e'],
  report: ['!', '#b35c00'],
  pill: ['●', '#8a8f9c'],
};

/** @param height of the lane below, across which a line shows where each mark is */
export function strip({ x }: Page, moments: readonly Moment[], top: number, height: number): string {
  return marksOf(moments, x, ROOM)
    .map((mark) => markOf(mark, top, height))
    .join('');
}

function markOf({ kind, at, x, texts }: Mark, top: number, height: number): string {
  const [sign, colour] = signs[kind];
  const many = texts.length > 1 ? `<tspan font-size="8.5">${texts.length}</tspan>` : '';
  const more = texts.length > TOLD ? [`and ${texts.length - TOLD} more`] : [];
  const title = escaped([...texts.slice(0, TOLD), ...more].join('\n'));
  const line = `<path d="M${round(x)} ${top + STRIP - 2}L${at} ${top + STRIP + 2}V${top + STRIP + height}" fill="none" stroke="${colour}" stroke-opacity="0.35"/>`;
  return (
    (kind === 'pill' ? '' : line) +
    `<text class="mark ${kind}" x="${round(x)}" y="${top + STRIP - 4}" style="fill:${colour}">${sign}${many}<title>${title}</title></text>`
  );
}

type Entry = readonly [sign: string, colour: string, text: string];

const entries: readonly Entry[] = [
  ['▬', '#4d82c4', 'a task in its worker'],
  ['●', '#4d82c4', 'it is sent, or done (hollow: no result; large: many)'],
  ['▨', '#d4183d', 'failed or lost'],
  ['▨', '#dfb25c', 'source paused'],
  ['┅', '#8a8f9c', 'worker starting'],
  ...Object.entries(signs).map(([kind, [sign, colour]]): Entry => [sign, colour, kind]),
];

/** Pixels of a letter, about, and of what is around an entry. */
const LETTER = 5.9;
const AROUND = 34;
const LINE = 17;

/** The legend, from `top` on, in as many lines as it takes; and its height. */
export function legend({ width }: Page, top: number): { readonly svg: string; readonly height: number } {
  let x = LABELS;
  let y = top;
  const parts = entries.map(([sign, colour, text]) => {
    const room = text.length * LETTER + AROUND;
    if (x + room > width - MARGIN && x > LABELS) {
      x = LABELS;
      y += LINE;
    }
    const part =
      `<text class="small" x="${round(x)}" y="${y}"><tspan style="fill:${colour}">${sign}</tspan></text>` +
      `<text class="small" x="${round(x) + 15}" y="${y}">${escaped(text)}</text>`;
    x += room;
    return part;
  });
  return { svg: parts.join(''), height: y - top + LINE };
}
