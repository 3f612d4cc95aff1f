/** The worker and the jobs it has been given. */
export class Jobs {
  #worker;
  #waiting = new Map();
  #last = 0;

  constructor() {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('fault' in data) reject(new Error(data.fault));
      else resolve(data.value);
    };
    this.#worker.onerror = () => this.#giveUp('The part of the page that computes maps could not be loaded; reload the page.');
  }

  /** What the worker makes of this input; `transfer` names the buffers that may move to it. */
  run(job, input, transfer = []) {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, job, ...input }, transfer);
    });
  }

  end() {
    this.#worker.terminate();
    this.#giveUp('The canvas is closed.');
  }

  #giveUp(sentence) {
    for (const { reject } of this.#waiting.values()) reject(new Error(sentence));
    this.#waiting.clear();
  }
}
