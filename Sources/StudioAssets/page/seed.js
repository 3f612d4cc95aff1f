// The seed: text, as it may have more digits than a number can hold; dice; and a lock that keeps it from run to run.

import { el } from "./dom.js";
import { Exact } from "./json.js";

const largest = 2n ** 63n - 1n;

/** The seed control: an object with `element`, `input`, `value`, `draw()`, `problem`. */
export function seedControl(id) {
  const input = el("input", {
    id, name: "seed", type: "text", inputmode: "numeric", autocomplete: "off", placeholder: "a new one each run", spellcheck: "false",
  });
  const lock = el("button", { type: "button", class: "icon lock", "aria-pressed": "false", title: "Keep this seed for every run" },
    el("span", { class: "away" }, "Keep seed"));
  const dice = el("button", { type: "button", class: "icon dice", title: "Draw a seed" }, el("span", { class: "away" }, "Draw a seed"));
  const isLocked = () => lock.getAttribute("aria-pressed") === "true";
  const setLock = (on) => lock.setAttribute("aria-pressed", String(on));
  lock.addEventListener("click", () => setLock(!isLocked()));
  input.addEventListener("input", () => setLock(input.value.trim() !== ""));
  const draw = () => {
    input.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  dice.addEventListener("click", () => {
    draw();
    setLock(true);
  });
  return {
    element: el("div", { class: "row" }, input, dice, lock),
    input,
    /** Draws another seed unless this one is to be kept. */
    renew() { if (!isLocked() || !input.value.trim()) draw(); },
    get value() {
      const text = input.value.trim();
      if (!text) return undefined;
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : new Exact(String(BigInt(text)));
    },
    set value(seed) {
      input.value = seed === undefined || seed === null ? "" : String(seed);
      setLock(input.value !== "");
    },
    get problem() {
      const text = input.value.trim();
      if (!text) return "";
      if (!/^-?\d+$/.test(text)) return "A seed is a whole number.";
      const seed = BigInt(text);
      return seed > largest || seed < -largest ? "A seed has 64 bits at most." : "";
    },
  };
}
