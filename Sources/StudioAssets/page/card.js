// One job in the gallery: how far it is, what went wrong, or what came of it.

import { el } from "./dom.js";
import { duration } from "./elapsed.js";
import { isOver } from "./jobs.js";
import { labelOf } from "./schema.js";

const words = {
  waiting: "Waiting here", sending: "Sending", queued: "In fal's queue", running: "Running", done: "Done", failed: "Failed",
  cancelled: "Cancelled",
};

/** A card: `element`, and `update()` after its job has changed. `actions` are called with the job. */
export function card(job, actions) {
  const title = el("h3", {});
  const media = el("div", { class: "media" });
  const status = el("p", { class: "status" });
  const time = el("span", { class: "time" });
  const bar = el("progress", { "aria-label": "Progress" });
  const note = el("p", { class: "note" });
  const log = el("pre", { tabindex: "0", "aria-label": "Log" });
  const logs = el("details", { class: "logs" }, el("summary", {}, "Log"), log);
  const buttons = el("div", { class: "buttons" });
  const element = el("article", { class: "card" }, media,
    el("div", { class: "text" }, title, el("div", { class: "line" }, status, time), bar, note, logs, buttons));
  let shown = "";

  function update() {
    element.dataset.state = job.state;
    title.textContent = job.label ?? "Run";
    element.setAttribute("aria-label", `${title.textContent}: ${words[job.state]}`);
    status.textContent = line(job);
    bar.hidden = isOver(job);
    if (job.steps && job.state === "running") {
      bar.max = job.steps.of;
      bar.value = job.steps.done;
    } else bar.removeAttribute("value");
    logs.hidden = !job.logs.length;
    const text = job.logs.join("\n");
    if (log.textContent !== text) {
      log.textContent = text;
      log.scrollTop = log.scrollHeight;
    }
    note.replaceChildren(...notes(job));
    note.hidden = !note.childNodes.length;
    tick();
    // Rebuilt only when something else is to be shown: a focused button must stay.
    const key = `${job.state} ${job.images.length}`;
    if (shown === key) return;
    shown = key;
    media.replaceChildren(...pictures(job, actions));
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(...choices(job, actions));
    if (hadFocus) buttons.firstElementChild?.focus();
  }

  function tick() {
    const from = job.sent ?? job.created;
    time.textContent = job.sent || !isOver(job) ? duration((job.ended ?? Date.now()) - from) : "";
  }

  update();
  return { element, update, tick };
}

function line(job) {
  if (job.state === "queued") return job.position > 0 ? `In fal's queue, ${job.position} ahead` : "Next in fal's queue";
  if (job.state === "running" && job.steps) return `Running, step ${job.steps.done} of ${job.steps.of}`;
  return words[job.state];
}

function notes(job) {
  if (job.error) {
    const { title, detail, todo, fields } = job.error;
    const named = Object.entries(fields).map(([name, text]) => `${labelOf(name)}: ${text}`).join(" ");
    return [el("strong", {}, `${title}.`), ` ${[detail, named, todo].filter(Boolean).join(" ")}`];
  }
  if (job.state === "done" && job.flagged?.some(Boolean)) return ["The safety checker blacked out what it found."];
  return job.note ? [job.note] : [];
}

function pictures(job, actions) {
  return job.images.map((image, index) => {
    const label = job.images.length > 1 ? `Look at picture ${index + 1}` : "Look at the picture";
    const picture = el("img", { alt: "", loading: "lazy", decoding: "async" });
    picture.src = image.blob ? URL.createObjectURL(image.blob) : image.url;
    picture.onload = picture.onerror = () => { if (image.blob) URL.revokeObjectURL(picture.src); };
    return el("button", { type: "button", class: "picture", "aria-label": label, onclick: () => actions.look(job, index) }, picture);
  });
}

function choices(job, actions) {
  const button = (name, action, attributes = {}) => el("button", { type: "button", class: "quiet", onclick: () => action(job), ...attributes }, name);
  if (!isOver(job)) return [button("Cancel", actions.cancel, { class: "" })];
  const again = button("Run again", actions.again);
  const remove = button("Remove", actions.remove);
  return job.state === "done" ? [button("Look", (each) => actions.look(each, 0)), again, button("Restore inputs", actions.restore), remove] : [again, remove];
}
