// A job's way at fal, from the queue to its result.

import { CallError } from "./fal.js";

/** How many are followed by streams; the others are polled. Six streams would take all the connections that a browser has for
 *  one host over HTTP/1.1, and a cancel would wait until one ends. */
const streamLimit = 3;
const pollEvery = 1000;
const longestWait = 15_000;

export class Follower {
  #fal;
  #changed;
  #streams = 0;

  /** @param changed called with a job whose state, place, steps or log have changed */
  constructor(fal, changed) {
    this.#fal = fal;
    this.#changed = changed;
  }

  /** Returns when the job has ended at fal, however it did. Lost connections and 5xx are waited out. */
  async untilCompleted(job, signal) {
    for (let failures = 0; ;) {
      try {
        if (await this.#look(job, signal)) return;
        failures = 0;
        await pause(pollEvery, signal);
      } catch (error) {
        const isPassing = error instanceof CallError ? error.status === 429 || error.status >= 500 : error instanceof TypeError;
        if (!isPassing || signal.aborted) throw error;
        failures += 1;
        job.note = navigator.onLine ? "The proxy does not answer; it is asked again." : "You are offline; the job goes on.";
        this.#changed(job);
        await pause(Math.min((error.retryAfter ?? 2 ** failures) * 1000, longestWait), signal);
      }
    }
  }

  /** The result, which may be asked for as often as it takes. */
  async result(job, signal) {
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.#fal.result(job.endpoint, job.requestID);
      } catch (error) {
        const isPassing = error instanceof CallError ? [429, 502, 503].includes(error.status) : error instanceof TypeError;
        if (!isPassing || failures > 5 || signal.aborted) throw error;
        await pause(Math.min((error.retryAfter ?? 2 ** failures) * 1000, longestWait), signal);
      }
    }
  }

  /** By a stream until it ends, or by one poll; whether the job has ended. */
  async #look(job, signal) {
    if (this.#streams >= streamLimit) {
      const status = await this.#fal.status(job.endpoint, job.requestID, signal);
      job.logs = (status.logs ?? []).map((line) => line.message);
      return this.#take(job, status);
    }
    this.#streams += 1;
    try {
      job.logs = [];
      for await (const status of this.#fal.statuses(job.endpoint, job.requestID, signal)) {
        // Of a stream each event has the lines that are new.
        job.logs.push(...(status.logs ?? []).map((line) => line.message));
        if (this.#take(job, status)) return true;
      }
      return false;
    } finally {
      this.#streams -= 1;
    }
  }

  #take(job, status) {
    job.note = "";
    if (status.status === "IN_QUEUE") Object.assign(job, { state: "queued", position: status.queue_position });
    if (status.status === "IN_PROGRESS") {
      job.state = "running";
      job.started ??= Date.now();
      job.steps = steps(job.logs) ?? job.steps;
    }
    this.#changed(job);
    return status.status === "COMPLETED";
  }
}

/** How far it is, by the last line that says so: "14/28". */
function steps(logs) {
  for (const line of logs.toReversed()) {
    const found = line.match(/(\d+)\s*\/\s*(\d+)/);
    if (found && Number(found[2]) > 0 && Number(found[1]) <= Number(found[2])) return { done: Number(found[1]), of: Number(found[2]) };
  }
  return undefined;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
