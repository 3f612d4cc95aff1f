// Running what is being worked on: once, or as a fan.

import { $, announce, newID } from "./dom.js";
import { stringify } from "./json.js";
import { kept, letsChange } from "./pictures.js";

const title = (input) => input.prompt.trim().split(/\s+/).slice(0, 8).join(" ").replace(/\W+$/, "");

/** The inputs that are run, each with a label. */
const variants = {
  run: (input) => [{ input, label: title(input) }],
  /** Five strengths, from little to all. */
  "Strength fan": (input) => [0.3, 0.5, 0.7, 0.85, 1].map((strength) => ({ input: { ...input, strength }, label: `Strength ${strength}` })),
  "Seed fan": (input) => [input.seed, ...crypto.getRandomValues(new Uint32Array(3))]
    .map((seed) => ({ input: { ...input, seed }, label: `Seed ${seed}` })),
};

/** The map of which it has been said that nothing is painted in it. */
let unpainted = null;

/**
 * Checks the inputs, then queues the jobs.
 * @param name a fan's, or none for a single run
 * @param isPaid whether somebody pays for it
 */
export async function run(work, jobs, { name = "run", isPaid }) {
  if (!work.form.check()) return announce("Something in the inputs is missing or wrong.");
  if (!work.canvas.hasImage) return complain("Open a picture first, or try the sample: it is what the model works on.");
  work.form.get("seed")?.renew();
  const input = work.form.values;
  const { endpoint } = work.model;
  const pictures = await work.pictures();
  if (!(await letsChange(await kept(pictures.map), work.polarity))) {
    complain("Nothing is painted, so nothing may change: paint where the picture may, or fill it all.");
    const isNew = unpainted !== pictures.map;
    unpainted = pictures.map;
    // What costs is run when it is asked for again.
    if (isPaid && isNew) return undefined;
  }
  const fan = name === "run" ? undefined : { id: newID(), name: `${name}: ${title(input)}` };
  for (const { input: each, label } of variants[name](input)) {
    jobs.add({ endpoint, input: stringify(each), polarity: work.polarity, fan, label, ...pictures });
  }
  announce(fan ? `${name} started` : "Run started");
  return work.keepDraft();
}

/** Says what is wrong, above the button that was pressed; an empty sentence takes it away. */
export function complain(sentence = "") {
  $("form-error").textContent = sentence;
  $("form-error").hidden = !sentence;
}

/** Beside the button that started them, what became of the jobs: the gallery may be out of sight. */
export function tellProgress({ running }, last) {
  const waiting = running.filter((each) => !each.requestID).length;
  const counts = [[running.length - waiting, "running"], [waiting, "waiting"]].filter(([count]) => count);
  $("progress").hidden = false;
  $("progress").textContent = counts.length ? counts.map((each) => each.join(" ")).join(", ")
    : { done: "Done: look at the result", failed: "Failed: see why", cancelled: "Cancelled" }[last.state];
}
