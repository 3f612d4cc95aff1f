// What a tool is about to draw, seen while it is dragged.

import { css } from './colours.js';
import { drawing } from './dom.js';

/** Colours a gradient is shown with: enough for any of the tables. */
const STOPS = 16;

/** The shapes of a guide, in the stage: its lines twice, dark below light, so that they are seen on any picture. */
export function shapesOf({ shape, from, to, start, end, mode }, view, table) {
  const [a, b] = [view.toStage(from.x, from.y), view.toStage(to.x, to.y)];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const line = ['line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y }];
  const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(b.x - a.x), height: Math.abs(b.y - a.y) };
  const lines = {
    line: [line],
    linear: [line, ['circle', { cx: a.x, cy: a.y, r: 5 }]],
    radial: [line, ['circle', { cx: a.x, cy: a.y, r: length }]],
    rectangle: [['rect', box]],
  }[shape];
  const ends = { linear: line[1], radial: { cx: a.x, cy: a.y, r: length } }[shape];
  const filled = shape === 'rectangle' ? [drawing('rect', { ...box, fill: css(table[start]) })] :
    mode === 'replace' ? gradient(`${shape}Gradient`, ends, view, (part) => table[Math.round(start + (end - start) * part)]) : [];
  return filled.concat(['cv-below', 'cv-above'].flatMap((name) =>
    lines.map(([tag, attributes]) => drawing(tag, { ...attributes, class: name }))));
}

/** The picture's area, filled with a gradient of SVG. */
function gradient(tag, ends, view, colour) {
  const stops = Array.from({ length: STOPS + 1 }, (_, stop) =>
    drawing('stop', { offset: stop / STOPS, 'stop-color': css(colour(stop / STOPS)) }));
  const { x, y, scale, picture } = view;
  const area = { x, y, width: picture.width * scale, height: picture.height * scale };
  return [
    drawing(tag, { id: 'cv-gradient', gradientUnits: 'userSpaceOnUse', ...ends }, ...stops),
    drawing('rect', { ...area, fill: 'url(#cv-gradient)' }),
  ];
}
