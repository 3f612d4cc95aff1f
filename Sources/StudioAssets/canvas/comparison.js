// How much changed against how much was asked. See `adherence.js` for what the number means.

import { tables, throughTable } from './operations.js';
import { coloursOf, luminanceOf, sizeOf } from './pixels.js';

/** The longer side of the pictures compared: each pixel then stands for the neighbourhood the eye takes in. */
const SIDE = 512;
/** Differences (OKLab) up to the first are what compression does; from the second on a place is another one. */
const NOISE = 0.02;
const OTHER = 0.12;
/** Below this, the map asks for the same everywhere. */
const EVEN = 0.05;

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

/** https://bottosson.github.io/posts/oklab/ */
function oklab(colours, at, out) {
  const [r, g, b] = [LINEAR[colours[at]], LINEAR[colours[at + 1]], LINEAR[colours[at + 2]]];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  out[0] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  out[1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  out[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

function changes(original, result) {
  const [before, after] = [new Float32Array(3), new Float32Array(3)];
  return Float32Array.from({ length: original.length / 4 }, (_, at) => {
    oklab(original, 4 * at, before);
    oklab(result, 4 * at, after);
    const distance = Math.hypot(before[0] - after[0], before[1] - after[1], before[2] - after[2]);
    return Math.min(1, Math.max(0, (distance - NOISE) / (OTHER - NOISE)));
  });
}

/** 0 to 100, of `changed` (0…1) and `asked` (0…255). */
export function score(changed, asked) {
  const total = asked.reduce((sum, value) => sum + value, 0) / 255;
  const weights = [0, 0]; // of a place to keep, and of one to change
  if (total > 0) weights[1] = 0.5 / total;
  if (total < asked.length) weights[0] = 0.5 / (asked.length - total);
  if (!weights[0] || !weights[1]) weights.fill(1 / asked.length);

  let error = 0;
  const spread = new Float64Array(256);
  asked.forEach((value, at) => {
    const part = value / 255;
    const weight = weights[1] * part + weights[0] * (1 - part);
    error += weight * Math.abs(changed[at] - part);
    spread[value] += weight;
  });
  const even = leastError(spread);
  return 100 * Math.max(0, 1 - (even < EVEN ? error : error / even));
}

/** The error of the best result that takes no notice of the map: as much change everywhere, the weighted median. */
function leastError(spread) {
  let median = 0;
  for (let below = spread[0]; below < 0.5 && median < 255; ) below += spread[++median];
  return spread.reduce((sum, weight, value) => sum + weight * Math.abs(value - median), 0) / 255;
}

/** Blue where less changed than asked, orange where more did, over the darkened picture. */
function heat(original, changed, asked) {
  const pixels = new Uint8ClampedArray(original.length);
  changed.forEach((part, at) => {
    const p = 4 * at;
    const off = part - asked[at] / 255;
    const grey = 20 + 0.28 * (0.3 * original[p] + 0.6 * original[p + 1] + 0.1 * original[p + 2]);
    const [red, green, blue] = off > 0 ? [255, 160, 20] : [60, 150, 255];
    const strength = Math.abs(off);
    pixels[p] = grey + (red - grey) * strength;
    pixels[p + 1] = grey + (green - grey) * strength;
    pixels[p + 2] = grey + (blue - grey) * strength;
    pixels[p + 3] = 255;
  });
  return pixels;
}

/** The score, and the heat map's pixels with their size. */
export async function compare({ original, result, map, inverted }) {
  const size = await sizeOf(original);
  const shrink = Math.min(1, SIDE / Math.max(size.width, size.height));
  const width = Math.max(1, Math.round(size.width * shrink));
  const height = Math.max(1, Math.round(size.height * shrink));
  let asked = await luminanceOf(map, width, height);
  if (inverted) asked = throughTable(asked, tables.invert());
  const before = await coloursOf(original, width, height);
  const changed = changes(before, await coloursOf(result, width, height));
  return { score: score(changed, asked), pixels: heat(before, changed, asked), width, height };
}
