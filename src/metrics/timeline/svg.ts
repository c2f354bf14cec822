/** What the parts of a timeline are written with. */
import type { History, Span } from './history.js';

/** Pixels: the names of the lanes, and the margin around all. */
export const LABELS = 150;
export const MARGIN = 20;
/** Pixels of a column where things are summed up. */
const COLUMN = 2;

/** Where things are on the page. */
export interface Page {
  readonly history: History;
  readonly width: number;
  /** ms since the run began, in pixels. */
  readonly x: (ms: number) => number;
  /** Into how many parts the run is cut where it is summed up. */
  readonly columns: number;
  /** ms of a pixel. */
  readonly pixel: number;
}

export function pageOf(history: History, width: number): Page {
  const inner = width - LABELS - MARGIN;
  return {
    history,
    width,
    x: (ms) => round(LABELS + (ms / history.length) * inner),
    columns: Math.max(1, Math.floor(inner / COLUMN)),
    pixel: history.length / inner,
  };
}

export const style = `<style>
text { font: 12px ui-sans-serif, system-ui, "DejaVu Sans", sans-serif; fill: #4a4f5c; }
.title { font-size: 17px; font-weight: 600; fill: #1c1e26; }
.name { text-anchor: end; fill: #1c1e26; }
.small { font-size: 10.5px; fill: #8a8f9c; }
.tick { text-anchor: middle; }
.mark { text-anchor: middle; font-size: 12px; font-weight: 700; }
.grid { stroke: #eceef2; }
.line { stroke: #d5d8e0; }
.starting { fill: none; stroke: #c4c8d2; stroke-dasharray: 3 3; }
</style>
<defs>
<pattern id="paused" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fef8ec"/><line x1="0" y1="0" x2="0" y2="6" stroke="#efcf96" stroke-width="1.5"/></pattern>
<pattern id="lost" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fbe3e8"/><line x1="0" y1="0" x2="0" y2="5" stroke="#d4183d" stroke-width="1.5"/></pattern>
</defs>`;

/** The place of a span, never so narrow that it cannot be seen. */
export function across({ x }: Page, { from, to }: Span): string {
  return `x="${x(from)}" width="${round(Math.max(1.2, x(to) - x(from)))}"`;
}

/** A curve over the columns, as high as the lane where it is highest. */
export function area(page: Page, heights: Float64Array, fill: string, top: number, height: number): string {
  const most = Math.max(...heights, Number.MIN_VALUE);
  const base = top + height;
  const points = [...heights].map((value, i) => {
    const ms = ((i + 0.5) / heights.length) * page.history.length;
    return `${page.x(ms)},${round(base - (value / most) * height)}`;
  });
  const shape = `${page.x(0)},${base} ${points.join(' ')} ${page.x(page.history.length)},${base}`;
  return `<polygon class="area" points="${shape}" fill="${fill}"/>`;
}

/** A colour of its own for each worker: neighbours are far apart. */
export function tint(worker: number, lightness: number): string {
  return `hsl(${Math.round(212 + worker * 137.5) % 360} 52% ${lightness}%)`;
}

export function timeText(ms: number): string {
  if (ms >= 1000) return `${round(ms / 1000)} s`;
  return ms >= 0.01 || ms === 0 ? `${round(ms)} ms` : `${Math.round(ms * 1000)} µs`;
}

export const numberText = (value: number): string => Math.round(value).toLocaleString('en');

export const round = (value: number): number => Math.round(value * 100) / 100;

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
