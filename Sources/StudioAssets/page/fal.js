// fal's protocol, spoken through the proxy: each call goes to one path of our own server, and says in x-fal-target-url
// where it would go at fal. It is what the official client does with `proxyUrl`, small enough to read.

import { parse, stringify } from "./json.js";
import { events } from "./sse.js";

/** What came back in place of a success. */
export class CallError extends Error {
  constructor(status, body, headers) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** After how many seconds the proxy or fal may be asked again; undefined where nobody says. */
  get retryAfter() {
    const said = this.headers.get("retry-after") ?? this.headers.get("ratelimit")?.match(/;\s*t=(\d+)/)?.[1];
    const seconds = Number(said);
    return said == null || Number.isNaN(seconds) ? undefined : seconds;
  }
}

/** A file did not get to the storage, of which the browser does not say why. */
export class UploadError extends Error {}

export class Fal {
  #path;
  #token;

  /**
   * @param path the proxy's path
   * @param token asked before each call for the user's token, or null
   */
  constructor(path, token = () => null) {
    this.#path = path;
    this.#token = token;
  }

  async #call(method, target, { body, accept = "application/json", signal } = {}) {
    const headers = { accept, "x-fal-target-url": target };
    const token = this.#token();
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(this.#path, { method, headers, signal, body: body && stringify(body) });
    if (response.ok) return response;
    const text = await response.text();
    let content = text;
    try { content = parse(text); } catch { /* no JSON: the text stands for itself */ }
    throw new CallError(response.status, content, response.headers);
  }

  async #json(method, target, options) {
    const response = await this.#call(method, target, options);
    return parse(await response.text());
  }

  /** The queue's URL of a job: the app is the first two segments of its model's id. */
  #job(endpoint, id) {
    const parts = endpoint.split("/");
    const app = parts.slice(0, ["workflows", "comfy"].includes(parts[0]) ? 3 : 2).join("/");
    return `https://queue.fal.run/${app}/requests/${id}`;
  }

  /** Puts a job into the queue; answers with its id. */
  async submit(endpoint, input) {
    return (await this.#json("POST", `https://queue.fal.run/${endpoint}`, { body: input })).request_id;
  }

  status(endpoint, id, signal) {
    return this.#json("GET", `${this.#job(endpoint, id)}/status?logs=1`, { signal });
  }

  /** The statuses of a job as they change, each with the log lines that are new. */
  async *statuses(endpoint, id, signal) {
    const accept = "text/event-stream";
    const response = await this.#call("GET", `${this.#job(endpoint, id)}/status/stream?logs=1`, { accept, signal });
    for await (const data of events(response)) yield parse(data);
  }

  /** What the model made, and how many units fal bills. */
  async result(endpoint, id) {
    const response = await this.#call("GET", this.#job(endpoint, id));
    return { output: parse(await response.text()), units: response.headers.get("x-fal-billable-units") };
  }

  cancel(endpoint, id) { return this.#call("PUT", `${this.#job(endpoint, id)}/cancel`); }

  /** Uploads a file; answers with the URL by which a model reads it. The bytes go straight to the storage. */
  async upload(blob, name) {
    const { upload_url: to, file_url: url } = await this.#json(
      "POST", "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3",
      { body: { content_type: blob.type, file_name: name } });
    let response;
    try {
      response = await fetch(to, { method: "PUT", body: blob, headers: { "content-type": blob.type } });
    } catch (cause) {
      throw new UploadError("the storage does not answer, or takes nothing from this page", { cause });
    }
    if (!response.ok) throw new CallError(response.status, await response.text(), response.headers);
    return url;
  }
}
