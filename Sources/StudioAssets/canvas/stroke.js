import { TILE } from './map.js';

/** All of the value; with it and parts of 65536 everything fits into whole numbers of 32 bits, several times as fast. */
const FULL = 32767;
const PARTS = 65536;
/** Into how many steps the square of the distance is cut. */
const STEPS = 1024;

/** How much of the value a brush gives, by the square of the distance from its middle (0…1 in `STEPS`). */
function profileOf(radius, softness) {
  const outer = radius + 0.5;
  const inner = Math.max(0, Math.min(radius * (1 - softness), radius - 0.5));
  return Uint16Array.from({ length: 2 * STEPS }, (_, step) => {
    const part = Math.min(1, Math.max(0, (outer - outer * Math.sqrt(step / STEPS)) / (outer - inner)));
    return Math.round(FULL * part * part * (3 - 2 * part));
  });
}

/**
 * One stroke of the brush: dabs along a line. What they cover adds up towards the brush's profile by `flow`, and the map
 * is always what it was before the stroke, moved towards `value` by what is covered. So neither many faint dabs nor a
 * stroke that crosses itself can round values away or harden a soft edge.
 *
 * Points are only noted; `advance` paints them, as far as time allows.
 */
export class Stroke {
  #map;
  #brush;
  #profiles = new Map();
  #covered = new Map();
  #due = [];
  #last = null;
  #toNext = 0;

  /** `brush`: value 0…255, size in pixels, softness and flow 0…1. */
  constructor(map, brush) {
    this.#map = map;
    this.#brush = brush;
  }

  get pending() {
    return this.#due.length > 0;
  }

  /** On to this point; `size` and `strength` (0…1) are what the pen's pressure makes of the brush. */
  lineTo(x, y, { size = 1, strength = 1 } = {}) {
    const point = { x, y, size, strength };
    const last = this.#last ?? point;
    const length = Math.hypot(x - last.x, y - last.y);
    const mix = (part, name) => last[name] + (point[name] - last[name]) * part;
    let at = this.#last ? this.#toNext : 0;
    while (at <= length) {
      const part = length ? at / length : 0;
      const radius = Math.max(0.5, (this.#brush.size / 2) * mix(part, 'size'));
      this.#note({ x: mix(part, 'x'), y: mix(part, 'y'), radius, strength: mix(part, 'strength') });
      at += Math.max(0.5, radius / 5);
    }
    this.#toNext = at - length;
    this.#last = point;
  }

  /** A dab to be painted, tile by tile. */
  #note(dab) {
    const reach = dab.radius + 0.5;
    const area = {
      x: Math.max(0, Math.floor(dab.x - reach)),
      y: Math.max(0, Math.floor(dab.y - reach)),
      right: Math.min(this.#map.width, Math.ceil(dab.x + reach)),
      bottom: Math.min(this.#map.height, Math.ceil(dab.y + reach)),
    };
    if (area.x >= area.right || area.y >= area.bottom) return;
    for (const tile of this.#map.tilesOf(area)) this.#due.push({ tile, area, dab, reach });
  }

  /** Paints until nothing is left or `deadline` (as of performance.now) has come. The rectangle changed, or null. */
  advance(deadline = Infinity) {
    let changed = null;
    let done = 0;
    while (done < this.#due.length && (done === 0 || performance.now() < deadline)) {
      const { tile, area, dab, reach } = this.#due[done++];
      this.#paintTile(tile, area, dab, reach);
      changed = union(changed, area);
    }
    this.#due.splice(0, done);
    return changed;
  }

  #profile(radius) {
    const rounded = Math.round(radius * 4) / 4;
    if (!this.#profiles.has(rounded)) this.#profiles.set(rounded, profileOf(rounded, this.#brush.softness));
    return this.#profiles.get(rounded);
  }

  #paintTile(tile, area, dab, reach) {
    const before = this.#map.before(tile);
    if (!this.#covered.has(tile)) this.#covered.set(tile, new Uint16Array(TILE * TILE));
    const covered = this.#covered.get(tile);
    const profile = this.#profile(dab.radius);
    const { data, width } = this.#map;
    const { value } = this.#brush;
    const flow = Math.round(this.#brush.flow * PARTS);
    const strength = Math.round(dab.strength * PARTS);
    const bounds = this.#map.bounds(tile);
    const [left, right] = [Math.max(area.x, bounds.x), Math.min(area.right, bounds.right)];
    const bottom = Math.min(area.bottom, bounds.bottom);
    const steps = STEPS / (reach * reach); // a pixel's corner past the rim may come to more
    for (let y = Math.max(area.y, bounds.y); y < bottom; y++) {
      const dy = y + 0.5 - dab.y;
      const half = Math.sqrt(Math.max(0, reach * reach - dy * dy));
      const first = Math.max(left, Math.floor(dab.x - half));
      const end = Math.min(right, Math.ceil(dab.x + half));
      let at = (y - bounds.y) * TILE + first - bounds.x;
      let dx = first + 0.5 - dab.x;
      for (let to = y * width + first; to < y * width + end; to++, at++, dx++) {
        const step = ((dx * dx + dy * dy) * steps) | 0;
        const most = (profile[step] * strength) >> 16;
        const now = covered[at];
        if (most <= now) continue;
        const next = now + (((most - now) * flow + PARTS - 1) >> 16);
        covered[at] = next;
        data[to] = before[at] + (((value - before[at]) * next + 16384) >> 15);
      }
    }
  }
}

/** The smallest rectangle around both; either may be null. */
export function union(a, b) {
  if (!a || !b) return a ?? b;
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}
