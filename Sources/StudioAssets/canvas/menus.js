import { button, element, unique } from './dom.js';
import { KEYS } from './keyboard.js';
import { choice } from './options.js';

/** A part of the canvas that opens when it is asked for, and closes the others. */
function menu(name, ...children) {
  return element('details', { class: 'cv-menu' }, element('summary', {}, name), element('div', { class: 'cv-panel' }, ...children));
}

/** Has the person choose a file; `take` gets it. */
export function pick(take) {
  const input = element('input', { type: 'file', accept: 'image/*', change: () => input.files[0] && take(input.files[0]) });
  input.click();
}

/** Hands a file over to be saved. */
function save(blob, name) {
  const href = URL.createObjectURL(blob);
  element('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function automatic(editor) {
  const { automatic } = editor.settings;
  const make = (source, said, picture) =>
    editor.apply('automatic', { source, mode: automatic.mode, ...(picture && { picture }) }, said);
  return menu('Automatic map',
    element('p', { class: 'cv-hint' }, 'A map made from a picture; what is named here may change.'),
    choice('mode', automatic, () => editor.save()),
    element('div', { class: 'cv-row' },
      button('Bright parts', '', () => make('bright', 'Map made from brightness')),
      button('Dark parts', '', () => make('dark', 'Map made from darkness')),
      button('Edges', '', () => make('edges', 'Map made from edges')),
      button('Bright parts of another picture…', '', () =>
        pick((file) => make('bright', 'Map made from another picture', file)))));
}

function adjust(editor) {
  const { adjust } = editor.settings;
  const line = (name, said, amount) => element('div', { class: 'cv-row' },
    choice(name, adjust, () => editor.save()),
    button(`Apply ${name}`, '', () => editor.apply(name, { amount: amount(adjust[name]) }, said)));
  return menu('Adjust the map',
    line('multiply', 'Map multiplied', (value) => value / 100),
    line('gamma', 'Gamma applied', (value) => value),
    line('blur', 'Map blurred', (value) => value),
    element('div', { class: 'cv-row' },
      button('Invert', '', () => editor.apply('invert', {}, 'Map inverted')),
      button('Keep everything', '', () => editor.apply('multiply', { amount: 0 }, 'Map cleared'))));
}

function files(editor, attempt) {
  return menu('Picture and map files',
    element('div', { class: 'cv-row' },
      button('Choose another picture…', '', () => pick((file) => attempt(editor.load(file)))),
      button('Load a map…', '', () => pick((file) => attempt(editor.importMap(file)))),
      button('Save the map', '', () => attempt(editor.exportMap().then((map) => save(map, 'change-map.png'))))));
}

function keys() {
  const rows = KEYS.flatMap(([key, does]) => [element('dt', {}, element('kbd', {}, key)), element('dd', {}, does)]);
  return menu('Keys', element('dl', { class: 'cv-keys' }, ...rows));
}

/** All that is done to the map as a whole. `attempt` says what went wrong with a promise. */
export function menus(editor, attempt) {
  const all = [automatic(editor), adjust(editor), files(editor, attempt), keys()];
  const group = unique();
  for (const one of all) one.setAttribute('name', group);
  return element('div', { class: 'cv-menus' }, ...all);
}
