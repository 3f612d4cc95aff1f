import { element, unique } from './dom.js';
import { TOOLS } from './tools.js';

const MODES = { replace: 'in place of the map', more: 'where it allows more', less: 'where it allows less' };
const PRESSURE = { size: 'the size', value: 'how much may change', nothing: 'nothing' };
const WHERE = { colour: 'similar colour in the picture', map: 'same value in the map', all: 'everything' };
const percent = (label) => ({ label, max: 100, unit: '%' });

/** Every choice a tool may have: a range, with its unit, or a list. */
const CHOICES = {
  change: percent('How much may change'),
  size: { label: 'Brush size', min: 1, max: 1000, unit: 'px', bent: true },
  softness: percent('Softness'),
  flow: { ...percent('Flow'), min: 1 },
  pressure: { label: 'Pen pressure sets', list: PRESSURE },
  where: { label: 'Fill', list: WHERE },
  tolerance: percent('Tolerance'),
  from: percent('May change at the start'),
  to: percent('May change at the end'),
  mode: { label: 'Lay it', list: MODES },
  multiply: { label: 'Multiply by', min: 0, max: 400, unit: '%' },
  gamma: { label: 'Gamma', min: 0.2, max: 5, step: 0.1, unit: '' },
  blur: { label: 'Blur', min: 1, max: 200, unit: 'px', bent: true },
};

/** A control for one choice of `choices`, kept there; `changed` is called after. */
export function choice(name, choices, changed) {
  const { label, list, ...range } = CHOICES[name];
  const id = unique();
  const control = list ? select(id, list, choices, name, changed) : slider(id, range, choices, name, changed);
  return element('div', { class: 'cv-choice' }, element('label', { for: id }, label), ...control);
}

function select(id, list, choices, name, changed) {
  const options = Object.entries(list).map(([value, text]) =>
    element('option', { value, selected: value === choices[name] }, text));
  return [element('select', { id, change: (event) => changed((choices[name] = event.target.value)) }, ...options)];
}

/** A slider and a field for the same number; a `bent` slider gives small numbers more room. */
function slider(id, { min = 0, max, step = 1, unit, bent }, choices, name, changed) {
  const [toSlider, fromSlider] = bent
    ? [(value) => 1000 * Math.cbrt((value - min) / (max - min)), (at) => Math.round(min + (max - min) * (at / 1000) ** 3)]
    : [(value) => value, Number];
  const bounds = bent ? { min: 0, max: 1000, step: 1 } : { min, max, step };
  const range = element('input', { type: 'range', id, ...bounds, input: () => set(fromSlider(range.value)) });
  const label = `${CHOICES[name].label}, exactly`;
  const field = element('input', {
    type: 'number', min, max, step, 'aria-label': label,
    input: () => field.checkValidity() && field.value !== '' && set(Number(field.value), true),
    change: () => set(choices[name]),
  });
  const set = (value, typed) => {
    choices[name] = value;
    range.value = toSlider(value);
    range.setAttribute('aria-valuetext', `${value} ${unit}`.trim());
    if (!typed) field.value = value;
    changed(value);
  };
  range.value = toSlider(choices[name]);
  range.setAttribute('aria-valuetext', `${choices[name]} ${unit}`.trim());
  field.value = choices[name];
  return [range, element('span', { class: 'cv-number' }, field, element('span', { class: 'cv-unit' }, unit))];
}

/** The choices of the tool in use. */
export function toolOptions(editor) {
  const panel = element('div', { class: 'cv-options', role: 'group' });
  const changed = () => {
    editor.save();
    editor.schedule();
  };
  const fill = () => {
    const { tool } = editor.settings;
    const { label } = TOOLS.find(({ name }) => name === tool);
    panel.setAttribute('aria-label', `${label} options`);
    const names = Object.keys(editor.settings[tool]).filter((name) => name in CHOICES);
    const hint = element('p', { class: 'cv-hint' }, HINTS[tool]);
    panel.replaceChildren(element('strong', {}, label), ...names.map((name) => choice(name, editor.settings[tool], changed)), hint);
  };
  editor.addEventListener('tool', fill);
  fill();
  return panel;
}

/** What each tool is for. */
const HINTS = {
  brush: 'Paint where the picture may change. Shift draws straight lines, the right button erases.',
  eraser: 'What is erased is kept as it is.',
  rectangle: 'Drag from corner to corner; the right button erases.',
  fill: 'Click into an area; the right button erases it.',
  linear: 'Drag from where it starts to where it ends.',
  radial: 'Drag from the middle to the rim.',
  move: 'Drag the picture; the wheel or two fingers zoom.',
};
