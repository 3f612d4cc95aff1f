import { TOOLS } from './tools.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** What the keys do, as the page shows it. */
export const KEYS = [
  ['Arrows', 'move the cursor; with Shift ten times as far; with Ctrl the view'],
  ['Enter', 'press the tool at the cursor, and again to let go'],
  ['Escape', 'take back what is being drawn'],
  ...TOOLS.map(({ key, label }) => [key, label]),
  ['1 … 9, 0', 'how much may change: 10 % … 90 %, 100 %'],
  ['[ ]', 'brush smaller, larger'],
  ['V', 'next view'],
  ['+ − Home', 'zoom in, out, fit'],
  ['Space', 'hold and drag to pan'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'undo, redo'],
];

/** The stage by keyboard: a cursor that the arrows move, and that Enter presses and lets go. */
export class Keyboard {
  #editor;
  #tools;
  #pointer;
  #pressed = null;
  /** Where the cursor is in the picture, once the arrows have been used. */
  cursor = null;

  constructor(editor, root, stage, tools, pointer, looks) {
    this.#editor = editor;
    this.#tools = tools;
    this.#pointer = pointer;
    this.looks = looks;
    stage.addEventListener('keydown', (event) => this.#stageKey(event));
    stage.addEventListener('keyup', (event) => event.key === ' ' && this.#space(false));
    stage.addEventListener('blur', () => this.#space(false));
    stage.addEventListener('pointerdown', () => (this.cursor = null));
    root.addEventListener('keydown', (event) => this.#rootKey(event));
  }

  /** Keys that hold anywhere in the canvas but where text is written. */
  #rootKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.matches('input[type=number], input[type=text], textarea')) return;
    const key = event.key.toLowerCase();
    if (key === 'z') event.shiftKey ? this.#editor.redo() : this.#editor.undo();
    else if (key === 'y') this.#editor.redo();
    else return;
    event.preventDefault();
  }

  #stageKey(event) {
    if (!this.#editor.map || event.altKey) return;
    if (this.#command(event)) event.preventDefault();
  }

  #command(event) {
    const { key } = event;
    if (key in ARROWS) return this.#arrow(ARROWS[key], event);
    if (event.ctrlKey || event.metaKey) return false;
    const tool = TOOLS.find((tool) => tool.key === key.toUpperCase());
    if (tool) this.#editor.setTool(tool.name);
    else if (/^\d$/.test(key)) this.#setChange(Number(key) * 10 || 100);
    else if (key === '[' || key === ']') this.#resize(key === ']' ? 1.2 : 1 / 1.2);
    else if (key === '+' || key === '=') this.#editor.zoom(1.25);
    else if (key === '-') this.#editor.zoom(0.8);
    else if (key === 'Home') this.#editor.fit();
    else if (key.toLowerCase() === 'v') this.#nextLook();
    else if (key === 'Escape') return this.#escape();
    else if (key === 'Enter') event.repeat || this.#press();
    else if (key === ' ') this.#space(true);
    else return false;
    return true;
  }

  #arrow([dx, dy], { shiftKey, ctrlKey, metaKey }) {
    const { view, map } = this.#editor;
    if (ctrlKey || metaKey) {
      this.#editor.pan(-40 * dx, -40 * dy);
      return true;
    }
    this.cursor ??= view.toPicture(view.stage.width / 2, view.stage.height / 2);
    const step = Math.max(1, Math.round((shiftKey ? 40 : 4) / view.scale));
    const within = (value, most) => Math.min(most - 0.5, Math.max(0.5, value));
    this.cursor = {
      x: within(Math.round(this.cursor.x + dx * step), map.width),
      y: within(Math.round(this.cursor.y + dy * step), map.height),
    };
    this.#pressed?.move(this.#point());
    this.#editor.schedule();
    return true;
  }

  #point() {
    return { ...this.cursor, pen: false, pressure: 1, shift: false, erases: false };
  }

  #press() {
    const { view, settings } = this.#editor;
    if (this.#editor.busy) return;
    this.cursor ??= view.toPicture(view.stage.width / 2, view.stage.height / 2);
    if (this.#pressed) return this.#letGo();
    this.#pressed = this.#tools[settings.tool];
    this.#pressed?.begin(this.#point());
    if (settings.tool === 'fill') this.#letGo();
    else if (this.#pressed) this.#editor.say('Tool pressed; the arrows draw, Enter lets go');
  }

  #letGo() {
    this.#pressed.end(this.#point());
    this.#pressed = null;
    this.#editor.guide = null;
    this.#editor.schedule();
    if (this.#editor.settings.tool !== 'fill') this.#editor.say('Tool let go');
  }

  #escape() {
    if (!this.#pressed && !this.#pointer.active) return false;
    this.#pressed?.cancel();
    this.#pressed = null;
    this.#pointer.cancel();
    this.#editor.say('Taken back');
    return true;
  }

  #space(held) {
    this.#pointer.pans = held;
    this.#editor.schedule();
  }

  #setChange(percent) {
    const choices = this.#editor.settings[this.#editor.settings.tool];
    if (!('change' in choices)) return;
    choices.change = percent;
    this.#chosen(`May change: ${percent} %`);
  }

  #resize(factor) {
    const choices = this.#editor.settings[this.#editor.settings.tool];
    if (!('size' in choices)) return;
    choices.size = Math.min(1000, Math.max(1, Math.round(choices.size * factor) || 1));
    if (factor > 1 && choices.size < 6) choices.size++;
    this.#chosen(`Brush ${choices.size} pixels wide`);
  }

  #chosen(said) {
    this.#editor.save();
    this.#editor.tell('tool');
    this.#editor.schedule();
    this.#editor.say(said);
  }

  #nextLook() {
    const at = this.looks.findIndex(({ name }) => name === this.#editor.settings.look);
    const next = this.looks[(at + 1) % this.looks.length];
    this.#editor.setLook(next.name);
    this.#editor.say(`View: ${next.label}`);
  }
}
