import { Renderer } from './renderer.js';
import { loadSettings, saveSettings } from './settings.js';
import { View } from './view.js';

/** How the picture and its map are seen, and what is chosen. It tells of changes by events: look, tool, frame, say. */
export class Viewer extends EventTarget {
  settings = loadSettings();
  view = new View();
  polarity = 'black_changes';
  steps = 28;
  /** What is being drawn from one point to another, or null. */
  guide = null;
  #frame = 0;
  #fitted = true;

  constructor(back, front) {
    super();
    this.renderer = new Renderer(this.view, back, front);
    this.#show();
  }

  /** Whether black, in the file, is what may change. */
  get inverted() {
    return this.polarity === 'black_changes';
  }

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
    this.renderer.show(this.settings.look, this);
    this.schedule();
    this.tell('look');
  }

  resize(width, height) {
    this.view.resize({ width, height }, this.#fitted);
    this.renderer.resize();
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
    this.renderer.invalidate(area);
    this.schedule();
  }

  /** Has the next frame drawn, by `draw`. */
  schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
      this.tell('frame');
    });
  }

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
  }
}
