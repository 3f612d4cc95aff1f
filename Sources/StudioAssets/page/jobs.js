// All jobs of this page: what waits here, what runs at fal, and what has ended. Each is a plain record that is kept in the
// database; `input` is JSON text in it, because a seed may have more digits than a number can hold.

import { explain } from "./errors.js";
import { CallError } from "./fal.js";
import { Follower } from "./follow.js";
import { newID } from "./dom.js";
import { parse } from "./json.js";
import { readPictures } from "./pictures.js";
import * as store from "./store.js";

const over = new Set(["done", "failed", "cancelled"]);
export const isOver = (job) => over.has(job.state);

/** How often a submit is repeated that certainly did not arrive. */
const attempts = 4;

/** Tells of itself by events: `change` and `removed` with the job, `token` when one is asked for. */
export class Jobs extends EventTarget {
  #fal;
  #uploads;
  #follower;
  #jobs = new Map();
  #isSending = false;
  /** Until when nothing is sent, and why: {until, isAboutJobs}. */
  #pause = null;
  #stops = new Map();

  constructor(fal, uploads) {
    super();
    this.#fal = fal;
    this.#uploads = uploads;
    this.#follower = new Follower(fal, (job) => this.#changed(job));
    addEventListener("online", () => this.#pump());
  }

  get list() { return [...this.#jobs.values()]; }
  get running() { return this.list.filter((job) => !isOver(job)); }

  /** Brings back what an earlier visit left; jobs that fal has go on being followed. */
  async restore() {
    const kept = (await store.all("jobs")).sort((a, b) => a.created - b.created);
    for (const job of kept) {
      this.#jobs.set(job.id, job);
      if (!isOver(job)) {
        if (job.requestID) this.#follow(job);
        else this.#fail(job, job.state === "sending"
          ? { title: "The page was left while this was being sent", detail: "", todo: "It may have run. Run it again if you want to.", fields: {} }
          : { title: "Not sent", detail: "", todo: "The page was left before its turn came. Run it again.", fields: {} });
      }
      this.#tell("change", job);
    }
  }

  /** Queues one job: `{endpoint, input, picture, map, polarity, fan, label}`. */
  add(order) {
    const job = { id: newID(), created: Date.now(), state: "waiting", logs: [], images: [], ...order };
    this.#jobs.set(job.id, job);
    this.#changed(job);
    this.#pump();
    return job;
  }

  async cancel(job) {
    if (isOver(job)) return;
    if (!job.requestID) return this.#end(job, { state: "cancelled" });
    job.note = "Cancelling…";
    this.#changed(job);
    this.#stops.get(job.id)?.abort();
    try {
      await this.#fal.cancel(job.endpoint, job.requestID);
      this.#end(job, { state: "cancelled" });
    } catch (error) {
      // 400: it has ended meanwhile, and there is a result.
      job.note = error.status === 400 ? "" : `It could not be cancelled: ${explain(error).title}.`;
      this.#changed(job);
      this.#follow(job);
    }
  }

  remove(job) {
    this.#jobs.delete(job.id);
    store.remove("jobs", job.id);
    this.#tell("removed", job);
  }

  /** Goes on after a token was given. */
  resume() {
    this.#pause = null;
    for (const job of this.running) job.note = "";
    for (const job of this.running.filter((each) => each.requestID)) this.#follow(job);
    this.#pump();
  }

  // Sending: one at a time, in order; what is over a limit waits here.

  async #pump() {
    if (this.#isSending || this.#pause) return;
    const job = this.list.find((each) => each.state === "waiting");
    if (!job) return;
    if (!navigator.onLine) {
      job.note = "You are offline: it is sent when the connection is back.";
      return this.#changed(job);
    }
    this.#isSending = true;
    await this.#send(job);
    this.#isSending = false;
    this.#pump();
  }

  async #send(job) {
    job.state = "sending";
    job.note = "Uploading the picture and the map…";
    this.#changed(job);
    try {
      const urls = await this.#uploads.urls(job.picture, job.map);
      if (isOver(job)) return;
      Object.assign(job, { note: "", urls, sent: Date.now() });
      job.requestID = await this.#fal.submit(job.endpoint, { ...parse(job.input), ...urls });
      if (job.state === "cancelled") return void this.#fal.cancel(job.endpoint, job.requestID).catch(() => {});
      job.state = "queued";
      this.#changed(job);
      this.#follow(job);
    } catch (error) {
      if (!isOver(job)) this.#notSent(job, error);
    }
  }

  #notSent(job, error) {
    job.tries = (job.tries ?? 0) + 1;
    const status = error instanceof CallError ? error.status : 0;
    const mayWait = status === 429 || ([502, 503, 504].includes(status) && job.tries < attempts);
    if (status === 401) {
      Object.assign(job, { state: "waiting", note: "It waits for your token." });
      this.#pause = { until: Infinity };
      this.#changed(job);
      return this.#tell("token", job);
    }
    if (!mayWait) return this.#fail(job, explain(error));
    const seconds = Math.min(error.retryAfter ?? 2 ** job.tries, 3600);
    const isAboutJobs = /^"(total-)?jobs"/.test(error.headers.get("ratelimit") ?? "");
    Object.assign(job, { state: "waiting", note: status === 429
      ? `The limit is reached: it is sent in ${seconds} s${isAboutJobs ? ", or when another job ends" : ""}.`
      : `${explain(error).title}: it is sent again in ${seconds} s.` });
    this.#changed(job);
    const pause = { isAboutJobs };
    this.#pause = pause;
    setTimeout(() => this.#unpause(pause), seconds * 1000);
  }

  #unpause(pause) {
    if (this.#pause !== pause) return;
    this.#pause = null;
    this.#pump();
  }

  // Following.

  async #follow(job) {
    this.#stops.get(job.id)?.abort();
    const stop = new AbortController();
    this.#stops.set(job.id, stop);
    try {
      await this.#follower.untilCompleted(job, stop.signal);
      if (stop.signal.aborted) return;
      const { output, units } = await this.#follower.result(job, stop.signal);
      const images = await readPictures(output.images ?? []);
      if (isOver(job)) return;
      this.#end(job, {
        state: "done", images, units, seed: String(output.seed ?? ""), timings: output.timings ?? {},
        flagged: output.has_nsfw_concepts ?? [],
      });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error.status === 401) {
        job.note = "It waits for your token.";
        this.#changed(job);
        return this.#tell("token", job);
      }
      if (error.status === 422) this.#uploads.forget();
      if (error.status === 499) return this.#end(job, { state: "cancelled" });
      this.#fail(job, explain(error));
    }
  }

  #fail(job, error) { this.#end(job, { state: "failed", error }); }

  #end(job, facts) {
    Object.assign(job, facts, { note: "", ended: Date.now() });
    this.#stops.delete(job.id);
    this.#changed(job);
    if (this.#pause?.isAboutJobs) this.#unpause(this.#pause);
  }

  #changed(job) {
    if (this.#jobs.has(job.id)) store.put("jobs", job.id, job);
    this.#tell("change", job);
  }

  #tell(name, job) { this.dispatchEvent(new CustomEvent(name, { detail: job })); }
}
