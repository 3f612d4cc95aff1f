// What takes long is done here, so that painting goes on: { id, job, … } in, { id, value } or { id, fault } out.

import { compare } from './comparison.js';
import { blur, combine, edges, flood, gradient, scale, tables, throughTable } from './operations.js';
import { coloursOf, luminanceOf, sizeOf } from './pixels.js';
import { decodeGrey, encodeGrey } from './png.js';

/** The values of a map file, in its own size; transparent parts count as what keeps the picture. */
async function read(blob, inverted) {
  const own = await decodeGrey(blob);
  const size = own ?? (await sizeOf(blob));
  const values = own?.values ?? (await luminanceOf(blob, size.width, size.height, inverted ? '#fff' : '#000'));
  return { values: inverted ? throughTable(values, tables.invert()) : values, width: size.width, height: size.height };
}

async function fill({ map, width, height, picture, x, y, value, where, tolerance }) {
  if (where === 'all') return map.fill(value);
  if (where === 'map') return flood(map, width, height, x, y, value, (at) => map[at] === map[y * width + x]);
  const colours = await coloursOf(picture, width, height);
  const [r, g, b] = colours.subarray(4 * (y * width + x));
  const most = (tolerance / 100) * 441;
  const near = (at) => Math.hypot(colours[4 * at] - r, colours[4 * at + 1] - g, colours[4 * at + 2] - b) <= most;
  return flood(map, width, height, x, y, value, near);
}

async function automatic({ map, width, height, picture, source, mode }) {
  let made = await luminanceOf(picture, width, height);
  if (source === 'dark') made = throughTable(made, tables.invert());
  if (source === 'edges') made = blur(edges(made, width, height), width, height, Math.max(width, height) / 400);
  return combine(map, made, mode);
}

const JOBS = {
  fill,
  automatic,
  compare,
  gradient: ({ map, width, height, mode, ...line }) => combine(map, gradient(width, height, line), mode),
  blur: ({ map, width, height, amount }) => blur(map, width, height, amount),
  multiply: ({ map, amount }) => throughTable(map, tables.multiply(amount)),
  gamma: ({ map, amount }) => throughTable(map, tables.gamma(amount)),
  invert: ({ map }) => throughTable(map, tables.invert()),
  resize: ({ map, width, height, toWidth, toHeight }) => scale(map, width, height, toWidth, toHeight),
  encode: ({ map, width, height, inverted }) =>
    encodeGrey(inverted ? throughTable(map, tables.invert()) : map, width, height),
  async decode({ blob, inverted, width, height }) {
    const file = await read(blob, inverted);
    return scale(file.values, file.width, file.height, width, height);
  },
};

self.onmessage = async ({ data: { id, job, ...input } }) => {
  try {
    const value = await JOBS[job](input);
    const buffer = value.buffer ?? value.pixels?.buffer;
    self.postMessage({ id, value }, buffer ? [buffer] : []);
  } catch (fault) {
    self.postMessage({ id, fault: fault.message });
  }
};
