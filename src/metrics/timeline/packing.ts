/** How much fits into a lane, and how the rest is summed up. Pure. */
import type { Moment, Span } from './history.js';

/** Gives each span a row in which nothing overlaps it; undefined when that takes more rows than there are. */
export function rowsOf(spans: readonly Span[], rows: number): readonly number[] | undefined {
  const order = spans.map((_, i) => i).sort((a, b) => at(spans, a).from - at(spans, b).from);
  const free: number[] = [];
  const placed = new Array<number>(spans.length).fill(0);
  for (const i of order) {
    const { from, to } = at(spans, i);
    let row = free.findIndex((end) => end <= from);
    if (row === -1) row = free.length;
    if (row === rows) return undefined;
    free[row] = to;
    placed[i] = row;
  }
  return placed;
}

/** How many spans there are at a time, on average, in each of so many equal parts of the length. */
export function densityOf(spans: readonly Span[], length: number, parts: number): Float64Array {
  const density = new Float64Array(parts);
  const part = length / parts;
  for (const { from, to } of spans) {
    const first = Math.max(0, Math.min(parts - 1, Math.floor(from / part)));
    const last = Math.max(first, Math.min(parts - 1, Math.floor(to / part)));
    for (let i = first; i <= last; i += 1) {
      const covered = Math.min(to, (i + 1) * part) - Math.max(from, i * part);
      density[i] = (density[i] as number) + Math.max(0, covered) / part;
    }
  }
  return density;
}

/** How many moments there are in each of so many equal parts of the length. */
export function countsOf(moments: readonly number[], length: number, parts: number): Float64Array {
  const counts = new Float64Array(parts);
  for (const moment of moments) {
    const i = Math.max(0, Math.min(parts - 1, Math.floor((moment / length) * parts)));
    counts[i] = (counts[i] as number) + 1;
  }
  return counts;
}

/** A round step that divides the length into about so many parts. */
export function stepOf(length: number, parts: number): number {
  const rough = length / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10);
}

const at = (spans: readonly Span[], i: number): Span => spans[i] as Span;

/** Spans with less than `gap` between them as one: so many as fit into the length, at most. */
export function merged(spans: readonly Span[], gap: number): Span[] {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from - last.to < gap) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** For how long there was any of the spans. */
export function coverOf(spans: readonly Span[]): number {
  return merged(spans, 0).reduce((sum, { from, to }) => sum + to - from, 0);
}

export interface Mark {
  readonly kind: Moment['kind'];
  /** Where it is, and where there is room to draw it. */
  readonly at: number;
  readonly x: number;
  readonly texts: readonly string[];
}

/** Marks that would be drawn farther than this from where they are, in gaps, are one with their neighbour. */
const FARTHEST = 2;

/**
 * Puts marks side by side, `gap` apart: those of a kind that would overlap are one.
 * @param x where a moment is
 */
export function marksOf(moments: readonly Moment[], x: (ms: number) => number, gap: number): Mark[] {
  const marks: (Mark & { readonly texts: string[] })[] = [];
  for (const { at, kind, text } of moments) {
    const wanted = x(at);
    const near = nearest(marks, kind, wanted - gap);
    const room = Math.max(wanted, (marks.at(-1)?.x ?? -Infinity) + gap);
    const taken = near ?? (room - wanted > FARTHEST * gap ? marks.at(-1) : undefined);
    if (taken) taken.texts.push(text);
    else marks.push({ kind, at: wanted, x: room, texts: [text] });
  }
  return marks;
}

function nearest<M extends Mark>(marks: readonly M[], kind: Mark['kind'], beyond: number): M | undefined {
  for (let i = marks.length - 1; i >= 0; i -= 1) {
    const mark = marks[i] as M;
    if (mark.x < beyond) return undefined;
    if (mark.kind === kind) return mark;
  }
  return undefined;
}
