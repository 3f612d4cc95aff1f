import { upright } from './exif.js';
import { Jobs } from './jobs.js';
import { ChangeMap } from './map.js';
import { Viewer } from './viewer.js';

/** The longer side of the copy that is drawn when the picture is seen from afar. */
const SMALL = 2048;
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
  #stroke = null;
  #ended = false;

  /** Takes a picture up. A map of the same size stays; another is scaled if the picture has the same shape. */
  async load(file) {
    const blob = await upright(file).catch(unreadable);
    const full = await createImageBitmap(blob).catch(unreadable);
    const { width, height } = full;
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
    return { width, height };
  }

  async #keepMap(width, height) {
    const old = this.map;
    if (old?.width === width && old.height === height) return;
    const alike = old && Math.abs(old.width / old.height / (width / height) - 1) < 0.01;
    const data = alike ? await this.#run('resize', { toWidth: width, toHeight: height }) : undefined;
    this.#stroke = null;
    this.map = new ChangeMap(width, height, data);
  }

  // Strokes

  /** Begins a stroke, which the frames to come paint. */
  begin(stroke) {
    this.settle();
    this.#stroke = stroke;
    this.#ended = false;
  }

  end() {
    this.#ended = true;
    this.schedule();
  }

  /** The stroke under way is taken back. */
  cancel() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.map.cancel();
    this.redraw();
  }

  /** Whatever of a stroke has not been painted yet is painted now. */
  flush() {
    const changed = this.#stroke?.advance();
    if (changed) this.redraw(changed);
  }

  /** The stroke under way is painted and ends. */
  settle() {
    this.flush();
    if (this.#stroke) this.#finish();
  }

  #finish() {
    this.#stroke = null;
    this.map.commit();
    this.tell('change', { what: 'map' });
  }

  // The map as a whole

  /** A rectangle set to one value. */
  fill(area, value) {
    this.settle();
    this.map.fill(area, value);
    this.#changed(area);
  }

  /** Has the worker make another map of this one, as one step; what it is called is said. */
  async apply(job, input, said) {
    if (!this.map || this.busy) return;
    this.settle();
    await this.#replace(this.#run(job, input), said).catch((fault) => this.say(fault.message, 'fault'));
  }

  /** The map that is being made takes the place of this one; until then nothing can be painted. */
  async #replace(made, said) {
    const { map } = this;
    this.#setBusy(true);
    try {
      const data = await made;
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
    this.flush();
    return this.#run('encode', { inverted: this.inverted });
  }

  async importMap(blob) {
    if (!this.map) throw new Error('A map belongs to a picture; choose the picture first.');
    this.settle();
    const { width, height } = this.map;
    const made = this.jobs.run('decode', { blob, inverted: this.inverted, width, height }).catch(unreadable);
    await this.#replace(made, 'Map loaded');
  }

  undo() {
    if (this.busy) return;
    this.settle();
    if (this.map?.undo()) this.#changed(undefined, 'Undone');
  }

  redo() {
    if (this.busy) return;
    this.settle();
    if (this.map?.redo()) this.#changed(undefined, 'Redone');
  }

  #changed(area, said) {
    this.redraw(area);
    this.tell('change', { what: 'map' });
    if (said) this.say(said);
  }

  draw() {
    if (!this.#bitmaps) return;
    if (this.#stroke) {
      const changed = this.#stroke.advance(performance.now() + PAINTING);
      if (changed) this.renderer.invalidate(changed);
      if (this.#stroke.pending) this.schedule();
      else if (this.#ended) this.#finish();
    }
    this.renderer.draw(this.#bitmaps, this.map);
  }

  close() {
    super.close();
    this.jobs.end();
  }
}
