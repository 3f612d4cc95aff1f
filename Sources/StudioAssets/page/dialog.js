// Dialogs of the page.

import { el } from "./dom.js";

/** Opens a dialog that goes for good when it is closed; answers with it. */
export function open(title, name, ...content) {
  const close = el("button", { type: "button", class: "icon close", "aria-label": "Close", onclick: () => dialog.close() });
  const heading = el("h2", { id: `${name}-title` }, title);
  const dialog = el("dialog", { class: name, "aria-labelledby": heading.id }, el("header", {}, heading, close), ...content);
  // A press beside it closes it, as people expect.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Tabs by the arrow keys: `pages` are `{name, element}`. */
export function tabs(label, pages, id) {
  const list = el("div", { role: "tablist", "aria-label": label, class: "tabs" });
  const show = (index, moveFocus) => {
    [...list.children].forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === index));
      tab.tabIndex = each === index ? 0 : -1;
      pages[each].element.hidden = each !== index;
    });
    if (moveFocus) list.children[index].focus();
    pages[index].shown?.();
  };
  pages.forEach(({ name, element }, index) => {
    element.id = `${id}-${index}`;
    element.setAttribute("role", "tabpanel");
    element.setAttribute("aria-label", name);
    list.append(el("button", { type: "button", role: "tab", "aria-controls": element.id, onclick: () => show(index) }, name));
  });
  list.addEventListener("keydown", ({ key }) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (move) show(([...list.children].indexOf(document.activeElement) + move + pages.length) % pages.length, true);
  });
  show(0);
  return el("div", { class: "tabbed" }, list, pages.map((page) => page.element));
}
