import { Jobs } from './jobs.js';
import { ChangeMap } from './map.js';
import { Renderer } from './renderer.js';
import { loadSettings, saveSettings } from './settings.js';
import { View } from './view.js';

/** The longer side of the copy that is drawn when the picture is seen from afar. */
const SMALL = 2048;
/** What a frame may paint, in milliseconds; the rest of the stroke follows in the next. */
const PAINTING = 5;

/** The picture, its map, and what is being done to it. It tells of changes by events: change, look, tool, frame, busy, say. */
export class Editor extends EventTarget {
  settings = loadSettings();
  view = new View();
  jobs = new Jobs();
  map = null;
  blob = null;
  polarity = 'black_changes';
  steps = 28;
  busy = false;
  #bitmaps = null;
  #renderer;
  #stroke = null;
  #ended = false;
  #frame = 0;
  #fitted = true;

  constructor(back, front) {
    super();
    this.#renderer = new Renderer(this.view, back, front);
    this.#show();
  }

  get inverted() {
    return this.polarity === 'black_changes';
  }

  /** Takes a picture up. A map of the same size stays; another is scaled if the picture has the same shape. */
  async load(blob) {
    const full = await createImageBitmap(blob).catch(() => {
      throw new Error('This file is no picture that the browser can read; take a PNG, JPEG or WebP.');
    });
    const { width, height } = full;
    const shrink = Math.min(1, SMALL / Math.max(width, height));
    const small = shrink === 1 ? full : await createImageBitmap(full, {
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

  /** Whatever of a stroke has not been painted yet is painted now, and the stroke ends. */
  settle() {
    if (!this.#stroke) return;
    this.#renderer.invalidate(this.#stroke.advance() ?? { x: 0, y: 0, right: 0, bottom: 0 });
    this.#finish();
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
    this.busy = true;
    this.tell('busy');
    try {
      this.map.replace(await this.#run(job, input));
      this.#changed();
      this.say(said);
    } catch (fault) {
      this.say(fault.message, 'fault');
    } finally {
      this.busy = false;
      this.tell('busy');
    }
  }

  #run(job, input) {
    const { width, height } = this.map;
    const map = this.map.data.slice();
    return this.jobs.run(job, { map, width, height, picture: this.blob, ...input }, [map.buffer]);
  }

  async exportMap() {
    if (!this.map) throw new Error('There is no map yet; choose a picture first.');
    this.settle();
    return this.#run('encode', { inverted: this.inverted });
  }

  async importMap(blob) {
    if (!this.map) throw new Error('A map belongs to a picture; choose the picture first.');
    this.settle();
    const { width, height } = this.map;
    const made = await this.jobs.run('decode', { blob, inverted: this.inverted, width, height }).catch(() => {
      throw new Error('This file is no picture that the browser can read; take the PNG of a map.');
    });
    this.map.replace(made);
    this.#changed();
    this.say('Map loaded');
  }

  undo() {
    this.settle();
    if (this.map?.undo()) this.#changed(undefined, 'Undone');
  }

  redo() {
    this.settle();
    if (this.map?.redo()) this.#changed(undefined, 'Redone');
  }

  #changed(area, said) {
    this.redraw(area);
    this.tell('change', { what: 'map' });
    if (said) this.say(said);
  }

  // What is seen

  setPolarity(polarity) {
    this.polarity = polarity;
    this.#show();
  }

  setSteps(steps) {
    this.steps = Math.max(1, Math.round(steps));
    this.#show();
  }

  setLook(look) {
    this.settings.look = look;
    this.save();
    this.#show();
  }

  #show() {
    this.#renderer.show(this.settings.look, this);
    this.schedule();
    this.tell('look');
  }

  resize(width, height) {
    this.view.resize({ width, height }, this.#fitted);
    this.#renderer.resize();
    this.schedule();
  }

  fit() {
    this.view.fit();
    this.#fitted = true;
    this.redraw();
  }

  zoom(factor, x, y) {
    this.view.zoom(factor, x, y);
    this.#fitted = false;
    this.redraw();
  }

  pan(dx, dy) {
    this.view.pan(dx, dy);
    this.#fitted = false;
    this.redraw();
  }

  redraw(area) {
    this.#renderer.invalidate(area);
    this.schedule();
  }

  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    if (!this.#bitmaps) return;
    if (this.#stroke) {
      const changed = this.#stroke.advance(performance.now() + PAINTING);
      if (changed) this.#renderer.invalidate(changed);
      if (this.#stroke.pending) this.schedule();
      else if (this.#ended) this.#finish();
    }
    this.#renderer.draw(this.#bitmaps, this.map);
    this.tell('frame');
  }

  // Choices and words

  setTool(tool) {
    this.settings.tool = tool;
    this.save();
    this.tell('tool');
  }

  save() {
    saveSettings(this.settings);
  }

  say(text, kind = 'done') {
    this.tell('say', { text, kind });
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.jobs.end();
  }
}
