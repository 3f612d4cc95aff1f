import { drawing, element, unique } from './dom.js';
import { shapesOf } from './guide.js';

/** The surface painted on: both canvases, the guide of what is being drawn, the ring of the brush, and the drop zone. */
export class Stage {
  back = element('canvas', { class: 'cv-back', 'aria-hidden': 'true' });
  front = element('canvas', { class: 'cv-front', 'aria-hidden': 'true' });
  #guide = drawing('svg', { class: 'cv-guide', 'aria-hidden': 'true' });
  #ring = element('div', { class: 'cv-ring', hidden: true });
  #cross = element('div', { class: 'cv-cross', hidden: true });
  #empty;
  #zones;
  #taking = 0;

  /** `takePicture` and `takeMap` get the files that are dropped. */
  constructor(pickButton, takePicture, takeMap) {
    this.#empty = element('div', { class: 'cv-empty' },
      element('p', {}, 'Drop a picture here, paste one, or choose a file.'), pickButton);
    this.#zones = element('div', { class: 'cv-zones', hidden: true, 'aria-hidden': 'true' },
      element('div', {}, 'Drop as the picture'), element('div', {}, 'Drop as its map'));
    const help = element('p', { class: 'cv-spoken', id: unique() },
      'The arrows move the cursor, Enter presses the tool there and lets it go; more under Keys.');
    this.surface = element('div', {
      class: 'cv-surface', tabindex: '0', role: 'application', 'aria-label': 'Change map',
      'aria-roledescription': 'drawing surface', 'aria-describedby': help.id, hidden: true,
    }, this.back, this.front, this.#guide, this.#ring, this.#cross);
    this.node = element('div', { class: 'cv-stage' }, help, this.surface, this.#empty, this.#zones);
    this.#listen(takePicture, takeMap);
  }

  #listen(takePicture, takeMap) {
    const files = (event) => event.dataTransfer?.types.includes('Files');
    const on = (type, handle) => this.node.addEventListener(type, (event) => {
      if (!files(event)) return;
      event.preventDefault();
      handle(event);
    });
    on('dragenter', () => this.#take(1));
    on('dragleave', () => this.#take(-1));
    on('dragover', () => {});
    on('drop', (event) => {
      this.#take(-this.#taking);
      const { left, width } = this.node.getBoundingClientRect();
      const [file] = event.dataTransfer.files;
      const asMap = this.#empty.hidden && event.clientX > left + width / 2;
      if (file) (asMap ? takeMap : takePicture)(file);
    });
  }

  #take(change) {
    this.#taking += change;
    this.#zones.hidden = this.#taking <= 0;
    this.#zones.lastChild.hidden = !this.#empty.hidden;
  }

  /** Shows where the brush is and what it is about to draw. `at`: the pointer or the cursor, in the stage, or null. */
  show({ view, guide, map, settings, renderer }, { at, brush, cursor, pans }) {
    this.#empty.hidden = map !== null;
    this.surface.hidden = map === null;
    this.surface.dataset.tool = pans ? 'move' : settings.tool;
    const size = brush ? settings[settings.tool].size * view.scale : 0;
    place(this.#ring, at && brush && !pans ? at : null, size);
    place(this.#cross, cursor ? view.toStage(cursor.x, cursor.y) : null);
    this.#guide.replaceChildren(...(guide ? shapesOf(guide, view, renderer.table) : []));
    this.front.classList.toggle('cv-replaced', guide?.mode === 'replace');
  }
}

function place(node, at, size) {
  node.hidden = !at;
  if (!at) return;
  node.style.transform = `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`;
  if (size !== undefined) node.style.width = node.style.height = `${Math.max(2, size)}px`;
}
