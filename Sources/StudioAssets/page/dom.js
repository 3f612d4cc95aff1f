// Elements made by hand, without markup in strings.

/** An element: `el("button", {class: "quiet", onclick}, "Run")`. Attributes that are null or false are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Says something to screen readers, without moving anything. */
export function announce(text) { $("announcer").textContent = text; }

/** A note at the bottom of the page that goes by itself. */
export function toast(text) {
  const note = el("p", { class: "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

/** Hands a file to the user. */
export function download(content, name, type = "application/octet-stream") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Puts text into the clipboard; outside secure contexts there is only the old way. */
export async function copy(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch { /* not allowed, or not there */ }
  const area = el("textarea", { class: "away" });
  area.value = text;
  // Within an open dialog nothing outside can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A name for something new; crypto.randomUUID exists in secure contexts alone. */
export function newID() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
