// The Studio: puts the parts of the page together.

import { showCode } from "./codeview.js";
import { $, announce, el, toast } from "./dom.js";
import { takeDrops } from "./drop.js";
import { ticker } from "./elapsed.js";
import { explain } from "./errors.js";
import { Fal } from "./fal.js";
import { Gallery } from "./gallery.js";
import { isOver, Jobs } from "./jobs.js";
import { kept, sweep, Uploads } from "./pictures.js";
import { presets } from "./presets.js";
import { seeded } from "./recipe.js";
import { complain, run, tellProgress } from "./run.js";
import { sample } from "./samples.js";
import { askForToken, token } from "./token.js";
import { look } from "./viewer.js";
import { Work } from "./work.js";

const config = await (await fetch("/studio/config.json")).json();
const fal = new Fal(config.path, token);
const uploads = new Uploads(fal);
const jobs = new Jobs(fal, uploads);
const isUsed = (key) => jobs.list.some((job) => job.picture === key || job.map === key);
const work = new Work(config, () => complain(), isUsed);
let isStarting = true;

// The gallery follows the jobs.

const actions = {
  cancel: (job) => jobs.cancel(job),
  remove: (job) => jobs.remove(job),
  again: ({ endpoint, input, picture, map, polarity, label }) => jobs.add({ endpoint, input, picture, map, polarity, label }),
  look: (job, index) => look(job, index, actions),
  code: (job) => showCodeOf({ endpoint: job.endpoint, input: seeded(job), urls: job.urls }),
  async restore(job) {
    await work.restore({ ...job, input: seeded(job), picture: await kept(job.picture), map: await kept(job.map) });
    announce("The inputs are as they were for this result.");
    $("inputs").scrollIntoView({ block: "nearest" });
  },
  async use(blob) {
    await work.canvas.loadImage(blob);
    announce("The result is the picture now.");
    $("stage").scrollIntoView({ block: "nearest" });
  },
};
const gallery = new Gallery($("gallery"), actions);
const clock = ticker(() => jobs.running.length > 0, () => gallery.tick());

function galleryChanged() {
  $("empty").hidden = !gallery.isEmpty;
  $("clear").hidden = gallery.isEmpty;
}

jobs.addEventListener("change", ({ detail: job }) => {
  gallery.update(job);
  galleryChanged();
  if (!isOver(job)) clock.start();
  if (isStarting) return;
  tellProgress(jobs, job);
  if (job.state === "done") announce(`${job.label ?? "Run"}: done`);
  if (job.state === "failed") tellFailure(job.error);
});
jobs.addEventListener("removed", ({ detail: job }) => {
  gallery.remove(job);
  galleryChanged();
});
jobs.addEventListener("token", () => askForToken(() => jobs.resume()));

/** Says what went wrong where people look: beside the fields, and above the button. */
function tellFailure({ title, detail, todo, fields }) {
  work.form.complain(Object.fromEntries(Object.entries(fields).filter(([name]) => work.form.get(name))));
  const aboutPictures = Object.entries(fields).filter(([name]) => !work.form.get(name)).map(([, sentence]) => sentence);
  complain([title, detail, ...aboutPictures, todo].filter(Boolean).map((text) => text.replace(/\.?$/, ".")).join(" "));
}

// Code.

async function showCodeOf({ endpoint, input, urls }) {
  let note = "";
  try {
    if (!urls && work.canvas.hasImage) {
      const { picture, map } = await work.pictures();
      urls = await uploads.urls(picture, map);
    }
  } catch (error) {
    note = `The picture and the map could not be uploaded (${explain(error).title}), so their URLs are made up.`;
  }
  if (!urls) note ||= "No picture is open yet, so the URLs of the picture and the map are made up.";
  urls ??= { image_url: "https://example.com/picture.png", change_map_image_url: "https://example.com/map.png" };
  const proxy = new URL(config.path, location.href).href;
  showCode({ endpoint, input: { ...input, ...urls }, proxy, needsToken: config.auth === "tokens" }, note);
}

// What can be pressed.

const runAs = (name) => run(work, jobs, { name, isPaid: config.mode === "fal" });
$("inputs").onsubmit = (event) => {
  event.preventDefault();
  runAs();
};
$("inputs").onkeydown = (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  runAs();
};
$("strength-fan").onclick = () => runAs("Strength fan");
$("seed-fan").onclick = () => runAs("Seed fan");
$("code").onclick = () => showCodeOf({ endpoint: work.model.endpoint, input: work.form.values });
$("reset").onclick = () => {
  const { prompt } = work.form.values;
  work.form.reset();
  work.form.values = { prompt };
  work.inputsChanged();
};
$("preset").append(...presets.map(({ name }, index) => el("option", { value: String(index) }, name)));
$("preset").onchange = () => {
  work.form.values = presets[$("preset").value]?.values ?? {};
  work.inputsChanged();
};
$("model").onchange = () => work.choose($("model").value);
$("clear").onclick = () => {
  if (!confirm("Remove all results? They are kept in this browser alone.")) return;
  for (const job of jobs.list.filter(isOver)) jobs.remove(job);
};
$("sample").onclick = () => trySample("tree");
$("another-sample").onclick = () => trySample("landscape");

async function trySample(name) {
  const { picture, map, prompt } = await sample(name);
  await work.canvas.loadImage(picture);
  await work.takeMap(map, "black_changes");
  const [example = ""] = work.model.input.properties.prompt.examples ?? [];
  work.form.values = { prompt: work.form.values.prompt || prompt || example };
  work.inputsChanged();
}

takeDrops(work);
addEventListener("offline", () => notify("You are offline: what runs goes on at fal, and is found again when the connection is back."));
addEventListener("online", () => notify(""));
addEventListener("unhandledrejection", ({ reason }) => toast(explain(reason).detail || explain(reason).title));

function notify(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

// The start.

async function start() {
  $("model").append(...config.models.map(({ endpoint }) => el("option", { value: endpoint }, endpoint)));
  $("model").hidden = config.models.length < 2;
  // What was typed before the inputs were made.
  const early = $("field-prompt").value;
  work.choose();
  const drafted = await work.restoreDraft();
  if (early) work.form.values = { prompt: early };
  if (config.auth === "tokens" && !token()) askForToken(() => jobs.resume());
  await jobs.restore();
  sweep(new Set([...jobs.list.flatMap((job) => [job.picture, job.map]), ...drafted]));
}

$("banner").hidden = config.mode !== "sandbox";
$("polarity-bar").hidden = config.map !== null;
$("token-button").hidden = config.auth !== "tokens";
$("token-button").onclick = () => askForToken(() => jobs.resume());
if (config.models.length) {
  await start();
} else {
  notify("This proxy allows none of the models that the Studio knows: add fal-ai/flux-differential-diffusion to allowed_endpoints.");
  for (const button of document.querySelectorAll(".run button, .presets *, #sample, #another-sample")) button.disabled = true;
}
isStarting = false;
galleryChanged();
document.documentElement.dataset.ready = "true";
