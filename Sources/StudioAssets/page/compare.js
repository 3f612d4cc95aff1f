// Before and after, one over the other, with a line between that can be moved.

import { el } from "./dom.js";

export function compare(before, after) {
  const over = el("img", { alt: "After", class: "after" });
  const under = el("img", { alt: "Before" });
  over.src = after;
  under.src = before;
  const line = el("div", { class: "divider" });
  const slider = el("input", { type: "range", min: "0", max: "100", step: "1", value: "50", "aria-label": "Before and after" });
  const element = el("div", { class: "compare" }, under, over, line, slider,
    el("span", { class: "tag left" }, "before"), el("span", { class: "tag right" }, "after"));
  const show = () => {
    element.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before`);
  };
  slider.addEventListener("input", show);
  show();
  return element;
}
