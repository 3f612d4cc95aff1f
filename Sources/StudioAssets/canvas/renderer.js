import { grey, levels, overlay } from './colours.js';
import { union } from './stroke.js';

/** Pixels a view may have: what a frame costs must not grow with the screen. */
const PIXELS = 2_500_000;

/** Draws the picture and, over it, the map: once a frame, the map only where it changed, at the screen's resolution. */
export class Renderer {
  #view;
  #back;
  #front;
  #ratio = 1;
  #stale = true;
  #dirty = null;
  /** The colour of each value. */
  table = overlay;
  look = 'overlay';

  constructor(view, back, front) {
    this.#view = view;
    this.#back = back.getContext('2d', { alpha: false });
    this.#front = front.getContext('2d');
  }

  /** What is shown: `overlay`, `grey` (as the file is), `levels` or `picture`. */
  show(look, { inverted, steps }) {
    this.look = look;
    this.table = look === 'grey' ? grey(inverted) : look === 'levels' ? levels(steps) : overlay;
    this.#stale = true;
  }

  resize() {
    const { width, height } = this.#view.stage;
    this.#ratio = Math.min(devicePixelRatio, Math.sqrt(PIXELS / (width * height)));
    for (const { canvas } of [this.#back, this.#front]) {
      canvas.width = Math.max(1, Math.round(width * this.#ratio));
      canvas.height = Math.max(1, Math.round(height * this.#ratio));
    }
    this.#stale = true;
  }

  /** Everything is to be drawn again, or the map in this rectangle of it. */
  invalidate(area) {
    if (area) this.#dirty = union(this.#dirty, area);
    else this.#stale = true;
  }

  draw(picture, map) {
    if (this.#stale) {
      this.#drawPicture(picture);
      this.#front.clearRect(0, 0, this.#front.canvas.width, this.#front.canvas.height);
      this.#dirty = { x: 0, y: 0, right: map.width, bottom: map.height };
    }
    if (this.#dirty && this.look !== 'picture') this.#drawMap(map, this.#dirty);
    this.#stale = false;
    this.#dirty = null;
  }

  #drawPicture({ full, small }) {
    const { scale, x, y, picture } = this.#view;
    const context = this.#back;
    const size = scale * this.#ratio;
    context.fillStyle = getComputedStyle(context.canvas).backgroundColor;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.imageSmoothingEnabled = size < 3;
    const source = size * picture.width <= small.width ? small : full;
    const drawn = [x, y, scale * picture.width, scale * picture.height].map((value) => value * this.#ratio);
    context.drawImage(source, ...drawn);
  }

  /** Each pixel of the screen in this rectangle takes the colour of the value below its middle. */
  #drawMap(map, area) {
    const { canvas } = this.#front;
    const columns = this.#samples(area.x, area.right, map.width, this.#view.x, canvas.width);
    const rows = this.#samples(area.y, area.bottom, map.height, this.#view.y, canvas.height);
    if (!columns.at.length || !rows.at.length) return;
    const image = new ImageData(columns.at.length, rows.at.length);
    const words = new Uint32Array(image.data.buffer);
    let to = 0;
    for (const y of rows.at) {
      const row = y * map.width;
      for (const x of columns.at) words[to++] = this.table[map.data[row + x]];
    }
    this.#front.putImageData(image, columns.first, rows.first);
  }

  /** The pixels of the screen from `first` on that show from…to, with where in the map each of them looks. */
  #samples(from, to, size, offset, most) {
    const scale = this.#view.scale * this.#ratio;
    const start = offset * this.#ratio;
    const screen = (value) => Math.min(most, Math.max(0, value));
    const first = screen(Math.max(Math.round(start), Math.floor(from * scale + start)));
    const last = screen(Math.min(Math.round(size * scale + start), Math.ceil(to * scale + start)));
    const at = Int32Array.from({ length: Math.max(0, last - first) }, (_, i) =>
      Math.min(size - 1, Math.max(0, Math.floor((first + i + 0.5 - start) / scale))));
    return { first, at };
  }
}
