import { grey, keptSteps, levels, overlay } from './colours.js';
import { button, element } from './dom.js';
import { TOOLS } from './tools.js';

/** The ways to see the map. */
export const LOOKS = [
  { name: 'overlay', label: 'Overlay' },
  { name: 'grey', label: 'Grey map' },
  { name: 'levels', label: 'Levels' },
  { name: 'picture', label: 'Picture' },
];

const ICONS = {
  undo: 'M9 6L4 11l5 5M4 11h10a5 5 0 010 10h-3',
  redo: 'M15 6l5 5-5 5M20 11H10a5 5 0 000 10h3',
  in: 'M5 12h14M12 5v14',
  out: 'M5 12h14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h6v6H9z',
  full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
};

/** Buttons of which one is pressed: `current()` names it. */
function oneOf(label, list, current, choose) {
  const buttons = list.map(({ name, label, key, icon }) => [name, button(label, icon, () => choose(name), { key })]);
  const refresh = () => {
    for (const [name, node] of buttons) node.setAttribute('aria-pressed', String(name === current()));
  };
  refresh();
  return { node: element('div', { class: 'cv-group', role: 'group', 'aria-label': label }, ...buttons.map(([, node]) => node)), refresh };
}

/** Tools, undo and redo, zoom. */
export function toolBar(editor, root) {
  const tools = oneOf('Tools', TOOLS, () => editor.settings.tool, (name) => editor.setTool(name));
  const bare = { bare: true };
  const undo = button('Undo', ICONS.undo, () => editor.undo(), { ...bare, key: 'Ctrl+Z' });
  const redo = button('Redo', ICONS.redo, () => editor.redo(), { ...bare, key: 'Ctrl+Shift+Z' });
  const full = button('Full screen', ICONS.full, () => toggleFull(root), bare);
  const zoom = [
    button('Zoom out', ICONS.out, () => editor.zoom(0.8), { ...bare, key: '−' }),
    button('Zoom in', ICONS.in, () => editor.zoom(1.25), { ...bare, key: '+' }),
    button('Fit', ICONS.fit, () => editor.fit(), { ...bare, key: 'Home' }),
  ];
  const refresh = () => {
    tools.refresh();
    undo.disabled = !editor.map?.canUndo;
    redo.disabled = !editor.map?.canRedo;
    for (const node of zoom) node.disabled = !editor.map;
  };
  for (const type of ['tool', 'change']) editor.addEventListener(type, refresh);
  refresh();
  return element('div', { class: 'cv-bar cv-tools' }, tools.node,
    element('div', { class: 'cv-group', role: 'group', 'aria-label': 'Steps back and forth' }, undo, redo),
    element('div', { class: 'cv-group', role: 'group', 'aria-label': 'Zoom' }, ...zoom, full));
}

/** Full screen; where the browser has none for elements (an iPhone), as large as its window. */
function toggleFull(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (root.requestFullscreen) root.requestFullscreen();
  else root.classList.toggle('cv-full');
}

/** The views with their legend, and what lies under the pointer. */
export function viewBar(editor, under) {
  const looks = oneOf('View', LOOKS, () => editor.settings.look, (name) => editor.setLook(name));
  const scale = element('canvas', { width: 256, height: 1, 'aria-hidden': 'true' });
  const note = element('span', { class: 'cv-note' });
  const legend = element('div', { class: 'cv-legend' },
    element('span', {}, 'kept'), scale, element('span', {}, 'may change'), note);
  const value = element('output', { class: 'cv-value', 'aria-live': 'off' });
  const refresh = () => {
    const { look } = editor.settings;
    looks.refresh();
    legend.hidden = look === 'picture';
    const table = look === 'grey' ? grey(editor.inverted) : look === 'levels' ? levels(editor.steps) : overlay;
    const image = new ImageData(new Uint8ClampedArray(table.slice().buffer), 256, 1);
    scale.getContext('2d').putImageData(image, 0, 0);
    note.textContent = look === 'levels' ? `${editor.steps} steps tell ${editor.steps + 1} levels apart` :
      look === 'grey' ? `as the file is: ${editor.inverted ? 'black' : 'white'} may change` : '';
  };
  const show = () => {
    const { point, spoken } = under();
    value.setAttribute('aria-live', spoken ? 'polite' : 'off');
    value.textContent = describe(editor, point);
  };
  editor.addEventListener('look', refresh);
  for (const type of ['frame', 'look']) editor.addEventListener(type, show);
  refresh();
  return element('div', { class: 'cv-bar' }, looks.node, legend, value);
}

/** What the map says of a point of the picture, in words. */
export function describe(editor, point) {
  const { map } = editor;
  if (!map) return '';
  const [x, y] = point ? [Math.floor(point.x), Math.floor(point.y)] : [-1, -1];
  if (x < 0 || y < 0 || x >= map.width || y >= map.height) return `${Math.round(editor.view.scale * 100)} % zoom`;
  const value = map.data[y * map.width + x];
  const kept = editor.settings.look === 'levels' ? `, kept for ${keptSteps(value, editor.steps)} of ${editor.steps} steps` : '';
  return `${Math.round(value / 2.55)} % may change${kept} (at ${x}, ${y})`;
}
