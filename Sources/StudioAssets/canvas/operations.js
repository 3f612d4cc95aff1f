// What can be done to a whole map. Maps are bytes, row by row: 0 keeps the picture, 255 lets it change altogether.

/** Each value replaced by that of the table. */
export function throughTable(map, table) {
  return map.map((value) => table[value]);
}

/** A table of 256 bytes from a function of 0…1. */
function table(of) {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * Math.min(1, Math.max(0, of(value / 255)))));
}

export const tables = {
  invert: () => table((value) => 1 - value),
  multiply: (factor) => table((value) => value * factor),
  gamma: (exponent) => table((value) => value ** exponent),
};

/** Old and new in one: `replace`, `more` (the greater of both) or `less` (the smaller). */
export function combine(map, made, mode) {
  if (mode === 'more') return made.map((value, at) => Math.max(value, map[at]));
  if (mode === 'less') return made.map((value, at) => Math.min(value, map[at]));
  return made;
}

/** A Gaussian blur, as three box blurs of which each runs along the rows and then along the columns. */
export function blur(map, width, height, radius) {
  const box = Math.round(radius / 1.7);
  if (box < 1) return map.slice();
  let [from, to] = [map.slice(), new Uint8Array(map.length)];
  for (let pass = 0; pass < 3; pass++) {
    boxBlur(from, to, width, height, 1, width, box);
    boxBlur(to, from, height, width, width, 1, box);
  }
  return from;
}

/** `count` values a line, `step` apart, of `lines` lines, `stride` apart; at the ends the last value goes on. */
function boxBlur(from, to, count, lines, step, stride, box) {
  const scale = 1 / (2 * box + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    const end = start + (count - 1) * step;
    let sum = from[start] * (box + 1);
    for (let i = 0; i < box; i++) sum += from[Math.min(end, start + i * step)];
    for (let i = 0, at = start; i < count; i++, at += step) {
      sum += from[Math.min(end, at + box * step)];
      to[at] = sum * scale + 0.5;
      sum -= from[Math.max(start, at - box * step)];
    }
  }
}

/** How strong the edges are (Sobel), so stretched that the strongest hundredth is white. */
export function edges(grey, width, height) {
  const strength = new Uint16Array(grey.length);
  const histogram = new Uint32Array(1024);
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1, end = at + width - 2; at < end; at++) {
      const [up, down] = [at - width, at + width];
      const across = grey[up + 1] + 2 * grey[at + 1] + grey[down + 1] - grey[up - 1] - 2 * grey[at - 1] - grey[down - 1];
      const along = grey[down - 1] + 2 * grey[down] + grey[down + 1] - grey[up - 1] - 2 * grey[up] - grey[up + 1];
      strength[at] = Math.min(1023, Math.sqrt(across * across + along * along));
      histogram[strength[at]]++;
    }
  }
  let white = 1023;
  for (let above = histogram[white]; white > 64 && above < grey.length / 100; ) above += histogram[--white];
  const stretched = new Uint8Array(grey.length);
  for (let at = 0; at < grey.length; at++) stretched[at] = Math.min(255, (strength[at] * 255) / white);
  return stretched;
}

/** A gradient between two points, from one value to another; beyond the points the values go on. */
export function gradient(width, height, { shape, x0, y0, x1, y1, from, to }) {
  const made = new Uint8Array(width * height);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = Math.hypot(dx, dy) || 1;
  for (let y = 0, at = 0; y < height; y++) {
    const py = y + 0.5 - y0;
    for (let x = 0; x < width; x++, at++) {
      const px = x + 0.5 - x0;
      const part = shape === 'radial' ? Math.sqrt(px * px + py * py) / length : (px * dx + py * dy) / (length * length);
      made[at] = from + (to - from) * Math.min(1, Math.max(0, part)) + 0.5;
    }
  }
  return made;
}

/**
 * The map with `value` in the area around x, y that hangs together: where `likeness(at)` is true.
 * Whole runs of a row are taken at once.
 */
export function flood(map, width, height, x, y, value, likeness) {
  const done = new Uint8Array(map.length);
  const filled = map.slice();
  const open = (at) => !done[at] && likeness(at);
  const seeds = [y * width + x];
  while (seeds.length) {
    const seed = seeds.pop();
    if (!open(seed)) continue;
    const row = seed - (seed % width);
    let [left, right] = [seed, seed + 1];
    while (left > row && open(left - 1)) left--;
    while (right < row + width && open(right)) right++;
    done.fill(1, left, right);
    filled.fill(value, left, right);
    for (const next of [row - width, row + width]) {
      if (next < 0 || next >= map.length) continue;
      for (let at = left + next - row, inside = false; at < right + next - row; at++) {
        const is = open(at);
        if (is && !inside) seeds.push(at);
        inside = is;
      }
    }
  }
  return filled;
}

/** A map of another size, linearly between the values; of the same size, exactly the same. */
export function scale(map, width, height, toWidth, toHeight) {
  if (width === toWidth && height === toHeight) return map;
  const made = new Uint8Array(toWidth * toHeight);
  for (let y = 0, at = 0; y < toHeight; y++) {
    const sy = Math.min(height - 1, Math.max(0, ((y + 0.5) * height) / toHeight - 0.5));
    const [top, fy] = [Math.floor(sy), sy % 1];
    const [upper, lower] = [top * width, Math.min(height - 1, top + 1) * width];
    for (let x = 0; x < toWidth; x++, at++) {
      const sx = Math.min(width - 1, Math.max(0, ((x + 0.5) * width) / toWidth - 0.5));
      const [left, fx] = [Math.floor(sx), sx % 1];
      const right = Math.min(width - 1, left + 1);
      const above = map[upper + left] * (1 - fx) + map[upper + right] * fx;
      const below = map[lower + left] * (1 - fx) + map[lower + right] * fx;
      made[at] = above * (1 - fy) + below * fy + 0.5;
    }
  }
  return made;
}
