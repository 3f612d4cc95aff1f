// All jobs, the newest first; those of one fan side by side.

import { card } from "./card.js";
import { el } from "./dom.js";

export class Gallery {
  #list;
  #actions;
  #cards = new Map();
  #groups = new Map();

  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  get isEmpty() { return this.#cards.size === 0; }

  update(job) {
    const known = this.#cards.get(job.id);
    if (known) return known.update();
    const made = card(job, this.#actions);
    this.#cards.set(job.id, { ...made, fan: job.fan?.id });
    if (job.fan) this.#group(job.fan).append(el("li", {}, made.element));
    else this.#list.prepend(el("li", {}, made.element));
  }

  remove(job) {
    const item = this.#cards.get(job.id)?.element.parentElement;
    this.#cards.delete(job.id);
    const group = item?.parentElement;
    item?.remove();
    if (group?.matches(".fan ol") && !group.childElementCount) {
      group.closest(".fan").remove();
      this.#groups.delete(job.fan.id);
    }
  }

  tick() { for (const each of this.#cards.values()) each.tick(); }

  #group({ id, name }) {
    if (!this.#groups.has(id)) {
      const inner = el("ol", {});
      this.#list.prepend(el("li", { class: "fan" }, el("h3", {}, name), inner));
      this.#groups.set(id, inner);
    }
    return this.#groups.get(id);
  }
}
