/** Tiles of this many pixels square are what undo keeps of a stroke. */
export const TILE = 256;

/** What undo may keep, in bytes; the last step is kept whatever its size. */
const MEMORY = 128 * 1024 * 1024;

/** The map: a byte a pixel, 0 keeps the picture, 255 lets it change altogether. With what undo and redo need. */
export class ChangeMap {
  #past = [];
  #future = [];
  #tiles = null;

  constructor(width, height, data = new Uint8Array(width * height)) {
    Object.assign(this, { width, height, data });
    this.across = Math.ceil(width / TILE);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** The rectangle of a tile, from x, y to right, bottom. */
  bounds(tile) {
    const [x, y] = [(tile % this.across) * TILE, Math.floor(tile / this.across) * TILE];
    return { x, y, right: Math.min(this.width, x + TILE), bottom: Math.min(this.height, y + TILE) };
  }

  /** The tiles that a rectangle touches. */
  tilesOf({ x, y, right, bottom }) {
    const tiles = [];
    for (let row = Math.floor(y / TILE); row * TILE < bottom; row++) {
      for (let column = Math.floor(x / TILE); column * TILE < right; column++) tiles.push(row * this.across + column);
    }
    return tiles;
  }

  /** What a tile held before the step that is under way. To be called before the tile is changed. */
  before(tile) {
    this.#tiles ??= new Map();
    if (!this.#tiles.has(tile)) this.#tiles.set(tile, this.#copy(tile));
    return this.#tiles.get(tile);
  }

  /** The step is done; undo takes it back. */
  commit() {
    if (!this.#tiles) return;
    this.#remember({ tiles: this.#tiles, size: this.#tiles.size * TILE * TILE });
    this.#tiles = null;
  }

  /** The step is taken back as if it had not been. */
  cancel() {
    for (const [tile, content] of this.#tiles ?? []) this.#paste(tile, content);
    this.#tiles = null;
  }

  /** A step that sets a rectangle to one value. */
  fill(area, value) {
    for (const tile of this.tilesOf(area)) this.before(tile);
    for (let y = area.y; y < area.bottom; y++) {
      this.data.fill(value, y * this.width + area.x, y * this.width + area.right);
    }
    this.commit();
  }

  /** A step that replaces the whole map. */
  replace(data) {
    this.#remember({ data: this.data, size: this.data.length });
    this.data = data;
  }

  /** Takes the last step back; false where there is none. */
  undo() {
    return this.#swap(this.#past, this.#future);
  }

  redo() {
    return this.#swap(this.#future, this.#past);
  }

  /** A step and what it replaced change places, so that the same entry leads both ways. */
  #swap(from, to) {
    const step = from.pop();
    if (!step) return false;
    if (step.data) [this.data, step.data] = [step.data, this.data];
    for (const [tile, content] of step.tiles ?? []) {
      step.tiles.set(tile, this.#copy(tile));
      this.#paste(tile, content);
    }
    to.push(step);
    return true;
  }

  #remember(step) {
    this.#future = [];
    this.#past.push(step);
    let size = this.#past.reduce((sum, { size }) => sum + size, 0);
    while (size > MEMORY && this.#past.length > 1) size -= this.#past.shift().size;
  }

  #copy(tile) {
    const { x, y, right, bottom } = this.bounds(tile);
    const content = new Uint8Array(TILE * TILE);
    for (let row = y; row < bottom; row++) {
      content.set(this.data.subarray(row * this.width + x, row * this.width + right), (row - y) * TILE);
    }
    return content;
  }

  #paste(tile, content) {
    const { x, y, right, bottom } = this.bounds(tile);
    for (let row = y; row < bottom; row++) {
      this.data.set(content.subarray((row - y) * TILE, (row - y) * TILE + right - x), row * this.width + x);
    }
  }
}
