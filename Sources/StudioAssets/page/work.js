// What is being worked on: the model, its inputs, the picture and its map. It is kept as a draft while it changes.

import { createCanvas } from "./canvas/canvas.js";
import { $ } from "./dom.js";
import { Form } from "./form.js";
import { parse, stringify } from "./json.js";
import { keep, kept } from "./pictures.js";
import * as store from "./store.js";

/** How long after the last change the draft is kept, in milliseconds. */
const draftDelay = 1500;

export class Work {
  model;
  form;
  canvas;
  #config;
  #changed;
  #isUsed;
  #keys = { picture: null, map: null };
  #draft = {};
  #timer = 0;
  #isRestoring = true;

  /**
   * @param changed called with every change
   * @param isUsed whether a job was made of the picture with that key
   */
  constructor(config, changed, isUsed) {
    this.#config = config;
    this.#changed = changed;
    this.#isUsed = isUsed;
    this.canvas = createCanvas($("canvas"), { onChange: ({ what }) => this.#pictureChanged(what) });
    this.canvas.setPolarity(this.polarity);
    $("polarity").onchange = () => {
      this.canvas.setPolarity(this.polarity);
      this.#pictureChanged("map");
    };
  }

  /** Which end of the map changes: what the sandbox does, or, beside fal, what the person says. */
  get polarity() { return this.#config.map ?? $("polarity").value; }

  /** Makes the inputs of another model; what both have in common stays. */
  choose(endpoint) {
    this.model = this.#config.models.find((each) => each.endpoint === endpoint) ?? this.#config.models[0];
    $("model").value = this.model.endpoint;
    const before = this.form?.values;
    this.form = new Form(this.model, $("fields"), $("more-fields"), () => this.inputsChanged());
    if (before) this.form.values = before;
    $("more").hidden = !$("more-fields").childElementCount;
    this.inputsChanged();
  }

  inputsChanged() {
    this.canvas.setSteps(this.form.values.num_inference_steps ?? 28);
    this.#changed();
    this.#keepSoon();
  }

  #pictureChanged(what) {
    // A key of before is for what was; one that is still being made must not take its place.
    this.#keys = { picture: what === "image" ? null : this.#keys.picture, map: null };
    this.#changed();
    this.#keepSoon();
  }

  /** The picture and the map as they are, kept: `{picture, map}` with their keys. */
  async pictures() {
    const keys = this.#keys;
    keys.picture ??= await keep(await this.canvas.imageBlob());
    keys.map ??= await keep(await this.canvas.exportMap());
    return { picture: keys.picture, map: keys.map };
  }

  /** Takes over inputs and pictures: of a draft, a recipe or a job. */
  async restore({ endpoint, input, picture, map, polarity }) {
    if (this.#config.models.some((each) => each.endpoint === endpoint)) this.choose(endpoint);
    this.form.reset();
    this.form.values = input;
    if (polarity && !this.#config.map) $("polarity").value = polarity;
    if (picture) await this.canvas.loadImage(picture);
    if (map) await this.takeMap(map, polarity ?? this.polarity);
    this.inputsChanged();
  }

  /** Reads a map by the polarity it was made with. */
  async takeMap(map, polarity) {
    this.canvas.setPolarity(polarity);
    await this.canvas.importMap(map);
    this.canvas.setPolarity(this.polarity);
  }

  // The draft.

  #keepSoon() {
    if (this.#isRestoring) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keepDraft(), draftDelay);
  }

  async keepDraft() {
    clearTimeout(this.#timer);
    const old = this.#draft;
    const pictures = this.canvas.hasImage ? await this.pictures() : {};
    this.#draft = { endpoint: this.model.endpoint, input: stringify(this.form.values), polarity: this.polarity, ...pictures };
    await store.put("draft", "draft", this.#draft);
    for (const key of [old.picture, old.map]) {
      if (key && !Object.values(pictures).includes(key) && !this.#isUsed(key)) await store.remove("pictures", key);
    }
  }

  /** Brings the draft of an earlier visit back; answers with the keys of its pictures. */
  async restoreDraft() {
    this.#draft = (await store.get("draft", "draft")) ?? {};
    const { endpoint, input, polarity } = this.#draft;
    const [picture, map] = await Promise.all([kept(this.#draft.picture), kept(this.#draft.map)]);
    if (input) await this.restore({ endpoint, input: parse(input), polarity, picture, map }).catch((error) => console.info("no draft:", error.message));
    this.#isRestoring = false;
    return [this.#draft.picture, this.#draft.map];
  }
}
