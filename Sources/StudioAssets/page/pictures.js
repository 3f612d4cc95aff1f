// Pictures as files: those of results, those that were uploaded, and data URIs.

import { newID } from "./dom.js";
import * as store from "./store.js";

/** The bytes of a data URI. */
export function fromDataURI(uri) {
  const [head, data] = uri.split(",", 2);
  const bytes = head.endsWith(";base64") ? Uint8Array.from(atob(data), (each) => each.charCodeAt(0)) : decodeURIComponent(data);
  return new Blob([bytes], { type: head.slice(5).split(";")[0] });
}

export function toDataURI(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** Whether a change map lets anything change that one would see. */
export async function letsChange(map, polarity) {
  const side = 128;
  const bitmap = await createImageBitmap(map, { resizeWidth: side, resizeHeight: side, resizeQuality: "medium" });
  const context = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  for (let at = 0; at < data.length; at += 4) {
    if ((polarity === "black_changes" ? 255 - data[at] : data[at]) > 2) return true;
  }
  return false;
}

/** The files of a result, as far as this page may read them: `{url, width, height, blob}`. */
export function readPictures(images) {
  return Promise.all(images.map(async ({ url, width, height }) => {
    try {
      if (url.startsWith("data:")) return { url: "", width, height, blob: fromDataURI(url) };
      const response = await fetch(url);
      return { url, width, height, blob: response.ok ? await response.blob() : null };
    } catch {
      // It can still be shown, but not looked into: see viewer.js.
      return { url, width, height, blob: null };
    }
  }));
}

/** Keeps a file; answers with its key. */
export async function keep(blob) {
  const key = newID();
  recent.set(key, blob);
  await store.put("pictures", key, blob);
  return key;
}

/** What is kept under a key. Those of this visit are there without the database too. */
export async function kept(key) { return recent.get(key) ?? store.get("pictures", key); }

const recent = new Map();

/** Forgets all files but those of `used` keys. */
export async function sweep(used) {
  for (const key of await store.keys("pictures")) if (!used.has(key)) await store.remove("pictures", key);
}

/** Where the pictures of requests were uploaded to; each once in a visit. */
export class Uploads {
  #fal;
  #urls = new Map();

  constructor(fal) { this.#fal = fal; }

  async urls(picture, map) {
    const [image_url, change_map_image_url] = await Promise.all([this.#url(picture, "picture"), this.#url(map, "map")]);
    return { image_url, change_map_image_url };
  }

  /** Uploads anew from now on: fal may have lost a file. */
  forget() { this.#urls.clear(); }

  #url(key, name) {
    if (!this.#urls.has(key)) {
      const url = this.#upload(key, name);
      this.#urls.set(key, url);
      url.catch(() => this.#urls.delete(key));
    }
    return this.#urls.get(key);
  }

  async #upload(key, name) {
    const blob = await kept(key);
    if (!blob) throw new Error("the picture of this job is no longer here");
    return this.#fal.upload(blob, `${name}.${blob.type.split("/")[1] || "png"}`);
  }
}
