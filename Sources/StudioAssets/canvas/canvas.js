import { LOOKS, toolBar, viewBar } from './bars.js';
import { button, element } from './dom.js';
import { Editor } from './editor.js';
import { Keyboard } from './keyboard.js';
import { menus, pick } from './menus.js';
import { toolOptions } from './options.js';
import { Pointer } from './pointer.js';
import { Stage } from './stage.js';
import { makeTools } from './tools.js';

/**
 * The canvas on which people paint, over a picture, how much of it may change (0 to 100 %), made within `element`.
 * `onChange({ what })` is called with `image` when another picture has been taken up and `map` when the map has changed.
 */
export function createCanvas(root, { onChange = () => {} } = {}) {
  const attempt = (promise) => promise.catch((fault) => editor.say(fault.message, 'fault'));
  const load = (file) => attempt(editor.load(file));
  const choose = button('Choose a picture…', '', () => pick(load));
  const stage = new Stage(choose, load, (file) => attempt(editor.importMap(file)));
  const editor = new Editor(stage.back, stage.front);
  const tools = makeTools(editor);
  const pointer = new Pointer(editor, stage.surface, tools);
  const keyboard = new Keyboard(editor, root, stage.surface, tools, pointer, LOOKS);

  const under = () => ({
    point: keyboard.cursor ?? (pointer.at && editor.view.toPicture(pointer.at.x, pointer.at.y)),
    spoken: keyboard.cursor !== null,
  });
  const words = element('p', { class: 'cv-words', role: 'status' });
  const side = element('div', { class: 'cv-side' }, toolOptions(editor), menus(editor, attempt));
  const foot = element('div', { class: 'cv-foot' }, viewBar(editor, under), words);
  const frame = element('div', { class: 'cv-frame' }, toolBar(editor, root), stage.node, foot, side);
  root.classList.add('cv');
  root.replaceChildren(frame);

  const show = () => {
    const { cursor } = keyboard;
    const at = cursor ? editor.view.toStage(cursor.x, cursor.y) : pointer.at;
    stage.show(editor, { at, cursor, pans: pointer.pans, brush: tools[editor.settings.tool]?.ring });
  };
  for (const type of ['frame', 'tool', 'change']) editor.addEventListener(type, show);
  editor.addEventListener('tool', () => editor.schedule());
  editor.addEventListener('change', ({ detail }) => onChange(detail));
  editor.addEventListener('busy', () => root.setAttribute('aria-busy', String(editor.busy)));
  editor.addEventListener('say', ({ detail }) => {
    words.textContent = detail.text;
    words.dataset.kind = detail.kind;
  });

  const sizes = new ResizeObserver(([{ contentRect }]) => editor.resize(contentRect.width, contentRect.height));
  sizes.observe(stage.node);
  const paste = (event) => {
    if (event.target.closest?.('input, textarea, select, [contenteditable]')) return;
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file || !root.checkVisibility()) return;
    event.preventDefault();
    load(file);
  };
  document.addEventListener('paste', paste);

  return {
    /** Takes a picture up, a blob or the address of one that may be read from here. */
    async loadImage(source) {
      return editor.load(source instanceof Blob ? source : await fetched(source));
    },
    /** The map as an 8-bit greyscale PNG of the picture's size, in the polarity in force. */
    exportMap: () => editor.exportMap(),
    /** A map's file in the polarity in force; scaled if it has another size. It can be undone. */
    importMap: (blob) => editor.importMap(blob),
    /** `black_changes` or `white_changes`: what the file of the map says by black. The map itself stays. */
    setPolarity: (polarity) => editor.setPolarity(polarity),
    /** How many steps are run: what the view of levels shows. */
    setSteps: (steps) => editor.setSteps(steps),
    get hasImage() {
      return editor.blob !== null;
    },
    /** The file of the picture, as it was given, or null. */
    imageBlob: () => editor.blob,
    destroy() {
      sizes.disconnect();
      document.removeEventListener('paste', paste);
      editor.close();
      root.replaceChildren();
      root.classList.remove('cv', 'cv-full');
    },
  };
}

async function fetched(url) {
  const answer = await fetch(url).catch(() => null);
  if (!answer) throw new Error('This picture cannot be read from here: its server does not allow it, or does not answer. Save it, and choose the file.');
  if (!answer.ok) throw new Error(`The picture is not to be had: its server answered ${answer.status}.`);
  return answer.blob();
}
