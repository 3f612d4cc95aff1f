import { Stroke } from './stroke.js';

/** 0…100 % as 0…255. */
export const byte = (percent) => Math.round((percent * 255) / 100);

/** A press that moved less than this, in CSS pixels, is a click. */
const CLICK = 4;

/** Brush and eraser. With shift: a straight line, from the end of the last stroke to a click, or from the press to its end. */
function brush(editor, name) {
  let stroke = null;
  let from = null;
  let straight = false;
  const distance = (point) => Math.hypot(point.x - from.x, point.y - from.y) * editor.view.scale;
  const pen = (point) => {
    const way = editor.settings[name].pressure;
    if (point.pen && way === 'size') return { size: point.pressure };
    return point.pen && way === 'value' ? { strength: point.pressure } : {};
  };
  const to = (point) => {
    stroke.lineTo(point.x, point.y, pen(point));
    editor.schedule();
  };
  return {
    ring: true,
    begin(point) {
      const { size, softness, flow, change = 0 } = editor.settings[name];
      const value = point.erases ? 0 : byte(change);
      stroke = new Stroke(editor.map, { value, size, softness: softness / 100, flow: flow / 100 });
      editor.begin(stroke);
      from = point;
      straight = point.shift;
      if (!straight) to(point);
    },
    move(point) {
      if (straight) editor.guide = { shape: 'line', from, to: point };
      else to(point);
    },
    end(point) {
      if (straight) {
        to(distance(point) < CLICK && editor.lastPoint ? editor.lastPoint : from);
        to(point);
      }
      editor.lastPoint = point;
      editor.end();
    },
    cancel: () => editor.cancel(),
  };
}

/** What is drawn from one point to another: shown by a guide with the values chosen, and done at its end. */
function dragged(editor, shape, values, done) {
  let from = null;
  return {
    begin(point) {
      from = point;
    },
    move(point) {
      editor.guide = { shape, from, to: point, ...values(from.erases) };
    },
    end(point) {
      const moved = Math.hypot(point.x - from.x, point.y - from.y) * editor.view.scale;
      if (moved >= CLICK) done(from, point, values(from.erases));
    },
    cancel() {},
  };
}

function rectangle(editor) {
  const values = (erases) => ({ start: erases ? 0 : byte(editor.settings.rectangle.change) });
  return dragged(editor, 'rectangle', values, (from, to, { start }) => {
    const { width, height } = editor.map;
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    const area = {
      x: within(Math.min(from.x, to.x), width),
      y: within(Math.min(from.y, to.y), height),
      right: within(Math.max(from.x, to.x), width),
      bottom: within(Math.max(from.y, to.y), height),
    };
    if (area.x >= area.right || area.y >= area.bottom) return;
    editor.fill(area, start);
    editor.say('Rectangle filled');
  });
}

function gradient(editor, shape) {
  const values = (erases) => {
    const { from, to, mode } = editor.settings[shape];
    return erases ? { start: 0, end: 0, mode } : { start: byte(from), end: byte(to), mode };
  };
  return dragged(editor, shape, values, (from, to, { start, end, mode }) => {
    const line = { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
    editor.apply('gradient', { shape, mode, ...line, from: start, to: end }, 'Gradient laid');
  });
}

function fill(editor) {
  return {
    begin() {},
    move() {},
    end(point) {
      const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
      if (x < 0 || y < 0 || x >= editor.map.width || y >= editor.map.height) return;
      const { change, where, tolerance } = editor.settings.fill;
      const value = point.erases ? 0 : byte(change);
      editor.apply('fill', { x, y, value, where, tolerance }, 'Area filled');
    },
    cancel() {},
  };
}

/** The tools by name, each with begin, move, end and cancel, which take points of the picture. */
export function makeTools(editor) {
  return {
    brush: brush(editor, 'brush'),
    eraser: brush(editor, 'eraser'),
    rectangle: rectangle(editor),
    fill: fill(editor),
    linear: gradient(editor, 'linear'),
    radial: gradient(editor, 'radial'),
    move: null,
  };
}

/** What the tool bar shows of them, with the key that chooses each. */
export const TOOLS = [
  { name: 'brush', label: 'Brush', key: 'B', icon: 'M14 4l6 6-8 8-6-6zM6 12c-3 1-2 5-4 7 4 1 8 0 9-3' },
  { name: 'eraser', label: 'Eraser', key: 'E', icon: 'M4 15L14 5l6 6-8 8H8zM9 10l6 6M12 19h8' },
  { name: 'rectangle', label: 'Rectangle', key: 'R', icon: 'M4 6h16v12H4z' },
  { name: 'fill', label: 'Fill', key: 'F', icon: 'M5 12l7-7 7 7-7 7zM5 12h14M20 16c2 3 1 4 0 4s-2-1 0-4M10 3l2 2' },
  { name: 'linear', label: 'Linear gradient', key: 'L', icon: 'M4 5h16v14H4zM9 5v14M13 5v14M16 5v14M18 5v14' },
  { name: 'radial', label: 'Radial gradient', key: 'O', icon: 'M12 3a9 9 0 100 18 9 9 0 000-18M12 7a5 5 0 100 10 5 5 0 000-10M12 10a2 2 0 100 4 2 2 0 000-4' },
  { name: 'move', label: 'Move', key: 'H', icon: 'M12 3v18M3 12h18M12 3L9 6M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3' },
];
