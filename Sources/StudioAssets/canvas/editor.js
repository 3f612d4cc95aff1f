import { upright } from './exif.js';
import { Jobs } from './jobs.js';
import { ChangeMap } from './map.js';
import { Viewer } from './viewer.js';

/** The longer side of the copy that is drawn when the picture is seen from afar. */
const SMALL = 2048;
/** More pixels than these would take more memory than phones have. */
const LARGEST = 64e6;
/** What a frame may paint, in milliseconds; the rest of the stroke follows in the next. */
const PAINTING = 3.5;

function unreadable() {
  throw new Error('This file is no picture that the browser can read; take a PNG, JPEG or WebP.');
}

/** The picture, its map, and what is being done to them; told of by the events change and busy too. */
export class Editor extends Viewer {
  jobs = new Jobs();
  map = null;
  blob = null;
  busy = false;
  #bitmaps = null;
  /** Where the last stroke ended, or null. */
  lastPoint = null;
  /** Strokes not painted to their end; the first is being painted, and only the last may still be drawn. */
  #strokes = [];

  /** Takes a picture up. A map of the same size stays; another is scaled if the picture has the same shape. */
  async load(file) {
    const blob = await upright(file).catch(unreadable);
    const full = await createImageBitmap(blob).catch(unreadable);
    const { width, height } = full;
    if (width * height > LARGEST) {
      full.close();
      throw new Error(`This picture has ${Math.round((width * height) / 1e6)} megapixels, more than the ${LARGEST / 1e6} that can be painted on; make it smaller.`);
    }
    const shrink = Math.min(1, SMALL / Math.max(width, height));
    const small = shrink === 1 ? full : await createImageBitmap(blob, {
      resizeWidth: Math.round(width * shrink), resizeHeight: Math.round(height * shrink), resizeQuality: 'high',
    });
    await this.#keepMap(width, height);
    if (this.#bitmaps) Object.values(this.#bitmaps).forEach((bitmap) => bitmap.close());
    this.#bitmaps = { full, small };
    this.blob = blob;
    this.view.picture = { width, height };
    this.fit();
    this.tell('change', { what: 'image' });
    this.say(`Picture of ${width} × ${height} pixels`);
    return { width, height };
  }

  async #keepMap(width, height) {
    const old = this.map;
    if (old?.width === width && old.height === height) return;
    const alike = old && Math.abs(old.width / old.height / (width / height) - 1) < 0.01;
    const data = alike ? await this.#run('resize', { toWidth: width, toHeight: height }) : undefined;
    this.#strokes = [];
    this.lastPoint = null;
    this.map = new ChangeMap(width, height, data);
  }

  // Strokes

  /** Begins a stroke, which the frames to come paint, after those before it. */
  begin(stroke) {
    this.#strokes.push({ stroke, ended: false });
  }

  /** The last stroke begun has come to its end. */
  end() {
    const last = this.#strokes.at(-1);
    if (last) last.ended = true;
    this.schedule();
  }

  /** The stroke under way is taken back. */
  cancel() {
    if (!this.#strokes.pop() || this.#strokes.length) return;
    this.map.cancel();
    this.redraw();
  }

  /** Paints what is due of the strokes, until `deadline`. */
  flush(deadline) {
    while (this.#strokes.length) {
      const [{ stroke, ended }] = this.#strokes;
      const changed = stroke.advance(deadline);
      if (changed) this.redraw(changed);
      if (stroke.pending) return this.schedule();
      if (!ended) return;
      this.#strokes.shift();
      this.map.commit();
      this.tell('change', { what: 'map' });
    }
  }

  /** Comes when all that has been drawn so far is painted, which takes its turns with whatever else the page does. */
  async painted() {
    for (;;) {
      this.flush(performance.now() + PAINTING);
      if (!this.#strokes.some(({ stroke }) => stroke.pending)) return;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** All strokes end here, and are painted when it comes. */
  async settle() {
    for (const one of this.#strokes) one.ended = true;
    await this.painted();
  }

  // The map as a whole

  /** A rectangle set to one value. */
  async fill(area, value) {
    await this.settle();
    this.map.fill(area, value);
    this.#changed(area);
  }

  /** Has the worker make another map of this one, as one step; what it is called is said. */
  async apply(job, input, said) {
    if (!this.map || this.busy) return;
    await this.#replace(() => this.#run(job, input), said).catch((fault) => this.say(fault.message, 'fault'));
  }

  /** The map that is being made takes the place of this one; until then nothing can be painted. */
  async #replace(make, said) {
    const { map } = this;
    this.#setBusy(true);
    try {
      await this.settle();
      const data = await make();
      if (map !== this.map) return; // another picture has come meanwhile
      map.replace(data);
      this.#changed(undefined, said);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.busy = busy;
    this.tell('busy');
  }

  #run(job, input) {
    const { width, height } = this.map;
    const map = this.map.data.slice();
    return this.jobs.run(job, { map, width, height, picture: this.blob, ...input }, [map.buffer]);
  }

  async exportMap() {
    if (!this.map) throw new Error('There is no map yet; choose a picture first.');
    await this.painted();
    return this.#run('encode', { inverted: this.inverted });
  }

  async importMap(blob) {
    if (!this.map) throw new Error('A map belongs to a picture; choose the picture first.');
    const { width, height } = this.map;
    const decode = () => this.jobs.run('decode', { blob, inverted: this.inverted, width, height }).catch(unreadable);
    await this.#replace(decode, 'Map loaded');
  }

  async undo() {
    if (this.busy) return;
    await this.settle();
    if (this.map?.undo()) this.#changed(undefined, 'Undone');
  }

  async redo() {
    if (this.busy) return;
    await this.settle();
    if (this.map?.redo()) this.#changed(undefined, 'Redone');
  }

  #changed(area, said) {
    this.redraw(area);
    this.tell('change', { what: 'map' });
    if (said) this.say(said);
  }

  draw() {
    if (!this.#bitmaps) return;
    this.flush(performance.now() + PAINTING);
    this.renderer.draw(this.#bitmaps, this.map);
  }

  close() {
    super.close();
    this.jobs.end();
  }
}
