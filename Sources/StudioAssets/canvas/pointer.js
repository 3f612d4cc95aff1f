/** A finger that touches this long after the pen is the hand that holds it. */
const PALM = 800;

/**
 * Mouse, pen and fingers on the stage. One finger uses the tool, two zoom and pan; so do the wheel, the middle button, and
 * any pointer while space is held. The right button erases.
 */
export class Pointer {
  #editor;
  #stage;
  #tools;
  #down = new Map();
  #using = null;
  #penSeen = -Infinity;
  #pressure = 0.5;
  /** Whether space is held. */
  pans = false;
  /** Where the pointer is in the stage, or null. */
  at = null;

  constructor(editor, stage, tools) {
    this.#editor = editor;
    this.#stage = stage;
    this.#tools = tools;
    const listen = (type, handle) => stage.addEventListener(type, handle, { passive: false });
    listen('pointerdown', (event) => this.#press(event));
    listen('pointermove', (event) => this.#move(event));
    listen('pointerup', (event) => this.#release(event, true));
    listen('pointercancel', (event) => this.#release(event, false));
    listen('pointerleave', () => this.#leave());
    listen('contextmenu', (event) => event.preventDefault());
    listen('wheel', (event) => this.#wheel(event));
  }

  get active() {
    return this.#using !== null;
  }

  /** Takes back what the tool in use has done so far. */
  cancel() {
    this.#using?.tool?.cancel();
    this.#using = null;
    this.#editor.guide = null;
    this.#editor.schedule();
  }

  #inStage(event) {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #point(event) {
    const { x, y } = this.#inStage(event);
    const pen = event.pointerType === 'pen';
    // A pen that is lifted presses no more; what counts is how it pressed.
    if (event.pressure) this.#pressure = event.pressure;
    return { ...this.#editor.view.toPicture(x, y), pen, pressure: this.#pressure, shift: event.shiftKey };
  }

  #press(event) {
    const { pointerId, pointerType, button } = event;
    if (pointerType === 'pen') this.#penSeen = event.timeStamp;
    if (!this.#editor.map || (pointerType === 'touch' && event.timeStamp - this.#penSeen < PALM)) return;
    event.preventDefault();
    this.#stage.focus({ preventScroll: true });
    this.#stage.setPointerCapture(pointerId);
    this.#down.set(pointerId, this.#inStage(event));
    if (this.#down.size > 1) return this.cancel();
    if (this.#editor.busy) return;
    const tool = button === 1 || this.pans ? null : this.#tools[this.#editor.settings.tool];
    // The pen's own eraser is button 5.
    const erases = button === 2 || button === 5;
    this.#using = { pointerId, tool, erases };
    tool?.begin({ ...this.#point(event), erases });
  }

  #move(event) {
    this.at = this.#inStage(event);
    this.#editor.schedule();
    if (event.pointerType === 'pen') this.#penSeen = event.timeStamp;
    const last = this.#down.get(event.pointerId);
    if (!last) return;
    this.#down.set(event.pointerId, this.at);
    if (this.#down.size === 2) return this.#pinch(event.pointerId, last);
    if (this.#using?.pointerId !== event.pointerId) return;
    if (!this.#using.tool) return this.#editor.pan(this.at.x - last.x, this.at.y - last.y);
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) this.#using.tool.move(this.#point(one));
  }

  #release(event, done) {
    this.#down.delete(event.pointerId);
    if (event.pointerType === 'touch') this.at = null;
    if (this.#using?.pointerId !== event.pointerId) return;
    if (!done) return this.cancel();
    const { tool } = this.#using;
    this.#using = null;
    tool?.end(this.#point(event));
    this.#editor.guide = null;
    this.#editor.schedule();
  }

  #leave() {
    this.at = null;
    this.#editor.schedule();
  }

  /** One of two fingers moved from `last`: the picture follows both. */
  #pinch(pointerId, last) {
    const now = this.#down.get(pointerId);
    const [, still] = [...this.#down].find(([id]) => id !== pointerId);
    const between = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) || 1;
    this.#editor.pan((now.x - last.x) / 2, (now.y - last.y) / 2);
    this.#editor.zoom(between(now, still) / between(last, still), (now.x + still.x) / 2, (now.y + still.y) / 2);
  }

  #wheel(event) {
    if (!this.#editor.map) return;
    event.preventDefault();
    const { x, y } = this.#inStage(event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) return this.#editor.pan(-event.deltaX * lines, -event.deltaY * lines);
    this.#editor.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), x, y);
  }
}
