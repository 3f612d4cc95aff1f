// The dialog that shows a request as code.

import { snippets } from "./code.js";
import { open, tabs } from "./dialog.js";
import { announce, copy, el } from "./dom.js";

/** @param note what is said above the code */
export function showCode(request, note) {
  const pages = snippets(request).map(({ name, text }) => {
    const button = el("button", {
      type: "button", class: "copy", "aria-label": `Copy ${name}`,
      async onclick() {
        await copy(text);
        button.textContent = "Copied";
        announce(`${name} copied`);
      },
    }, "Copy");
    return { name, element: el("div", { class: "snippet" }, button, el("pre", { tabindex: "0", "aria-label": `${name} code` }, el("code", {}, text))) };
  });
  return open("Code", "code-view", note && el("p", { class: "hint" }, note), tabs("Language", pages, "code"));
}
