// Tables of 256 colours, as the little-endian words of an ImageData.

const word = (r, g, b, a = 255) => (Math.round(a) << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);

/** Plasma (of matplotlib): told apart by any colour vision, and by its lightness alone. */
const HEAT = [[13, 8, 135], [84, 2, 163], [139, 10, 165], [185, 50, 137], [219, 92, 104], [244, 136, 73], [254, 188, 43], [240, 249, 33]];

/** The colour of heat at 0…1. */
export function heat(part) {
  const at = Math.min(0.99999, Math.max(0, part)) * (HEAT.length - 1);
  const [from, to] = [HEAT[Math.floor(at)], HEAT[Math.floor(at) + 1]];
  return from.map((value, channel) => value + (to[channel] - value) * (at % 1));
}

const table = (colour) => Uint32Array.from({ length: 256 }, (_, value) => colour(value));

/** Heat over the picture: what is kept shows through altogether. */
export const overlay = table((value) => word(...heat(value / 255), value && 30 + Math.sqrt(value / 255) * 130));

/** The map as its file will be. */
export function grey(inverted) {
  return table((value) => (inverted ? word(255 - value, 255 - value, 255 - value) : word(value, value, value)));
}

/**
 * How many of `steps` steps keep a value of the map: step i of N resets what is kept where kept > i/N, the value of the
 * file being that of what is kept. Two values with the same number cannot be told apart in the result.
 */
export function keptSteps(value, steps) {
  return Math.ceil(((255 - value) * steps) / 255);
}

/** Heat in as many colours as `steps` steps can tell apart, every other one darker, so that the eye can do so too. */
export function levels(steps) {
  return table((value) => {
    const kept = keptSteps(value, steps);
    return word(...heat(1 - kept / steps).map((channel) => (kept % 2 ? 0.72 : 1) * channel));
  });
}

/** A colour of these tables as CSS says it. */
export function css(colour) {
  const [r, g, b, a] = [0, 8, 16, 24].map((shift) => (colour >>> shift) & 255);
  return `rgb(${r} ${g} ${b} / ${a / 255})`;
}
