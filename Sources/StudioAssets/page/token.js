// The user's token, kept for this tab alone.

import { open } from "./dialog.js";
import { el } from "./dom.js";

const key = "studio-token";

export const token = () => sessionStorage.getItem(key);

/** Asks for a token; calls `given` once there is a new one. */
export function askForToken(given) {
  if (document.querySelector("dialog.token")) return;
  const input = el("input", { id: "token", type: "password", autocomplete: "off", spellcheck: "false", required: true });
  const form = el("form", { method: "dialog" },
    el("p", {}, "This proxy asks for a token. Whoever runs it hands them out. It is kept until this tab is closed, and sent to the proxy alone."),
    el("label", { for: "token" }, "Token"), input,
    el("div", { class: "run" }, el("button", { type: "submit", class: "primary" }, "Use this token")));
  form.addEventListener("submit", () => {
    sessionStorage.setItem(key, input.value.trim());
    given();
  });
  open("Your token", "token", form);
  input.focus();
}
