const SVG = 'http://www.w3.org/2000/svg';

/** An element: functions become listeners, true and false properties, all else attributes; then its children. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (typeof value === 'boolean') node[name] = value;
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** An element of SVG with these attributes. */
export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An icon of 24 × 24, drawn with lines. */
export function icon(path) {
  return drawing('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'cv-icon' }, drawing('path', { d: path }));
}

/** A button with an icon and its name, which is shown too unless it is to be `bare`. */
export function button(name, path, click, { bare = false, key = '' } = {}) {
  const title = key ? `${name} (${key})` : name;
  const label = bare ? [] : [element('span', {}, name)];
  const attributes = { type: 'button', class: 'cv-button', title, 'aria-label': name, click };
  return element('button', attributes, ...(path ? [icon(path)] : []), ...label);
}

let names = 0;

/** A name no other element has, for `for` and `name`. */
export function unique() {
  return `cv-${++names}`;
}
