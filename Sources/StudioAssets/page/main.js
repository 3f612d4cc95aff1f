// The Studio: puts the parts of the page together.

import { createCanvas } from "./canvas/canvas.js";
import { showCode } from "./codeview.js";
import { $, announce, el, newID, toast } from "./dom.js";
import { ticker } from "./elapsed.js";
import { explain } from "./errors.js";
import { Fal } from "./fal.js";
import { Form } from "./form.js";
import { Gallery } from "./gallery.js";
import { isOver, Jobs } from "./jobs.js";
import { stringify, parse } from "./json.js";
import { keep, kept, letsChange, sweep, Uploads } from "./pictures.js";
import { presets } from "./presets.js";
import { read, seeded } from "./recipe.js";
import * as store from "./store.js";
import { askForToken, token } from "./token.js";
import { look } from "./viewer.js";

const config = await (await fetch("/studio/config.json")).json();
const fal = new Fal(config.path, token);
const uploads = new Uploads(fal);
const jobs = new Jobs(fal, uploads);
const canvas = createCanvas($("canvas"), { onChange: pictureChanged });

let model = config.models[0];
let form;
/** The keys of the picture and the map as they are; null where they have changed since they were kept. */
let pictureKey = null;
let mapKey = null;
let isRestoring = true;
/** The map of which it has been said that nothing is painted in it. */
let unpainted = null;

// The model and its inputs.

function choose(endpoint) {
  model = config.models.find((each) => each.endpoint === endpoint) ?? config.models[0];
  $("model").value = model.endpoint;
  const before = form?.values;
  form = new Form(model, $("fields"), $("more-fields"), formChanged);
  if (before) form.values = before;
  $("more").hidden = !$("more-fields").childElementCount;
  formChanged();
}

function formChanged() {
  canvas.setSteps(form.values.num_inference_steps ?? 28);
  $("form-error").hidden = true;
  keepDraft();
}

function pictureChanged({ what }) {
  if (what === "image") pictureKey = null;
  mapKey = null;
  $("form-error").hidden = true;
  keepDraft();
}

let draftTimer = 0;

/** Keeps what is being worked on, a moment after the last change. */
function keepDraft() {
  if (isRestoring) return;
  clearTimeout(draftTimer);
  draftTimer = setTimeout(saveDraft, 1500);
}

async function saveDraft() {
  clearTimeout(draftTimer);
  const pictures = canvas.hasImage ? await keepPictures() : {};
  await store.put("draft", "draft", { endpoint: model.endpoint, input: stringify(form.values), polarity: polarity(), ...pictures });
}

async function keepPictures() {
  pictureKey ??= await keep(await canvas.imageBlob());
  mapKey ??= await keep(await canvas.exportMap());
  return { picture: pictureKey, map: mapKey };
}

const polarity = () => config.map ?? $("polarity").value;

/** Takes over inputs and pictures: of a draft, a recipe or a job. */
async function restore({ endpoint, input, picture, map, polarity: wanted }) {
  if (config.models.some((each) => each.endpoint === endpoint)) choose(endpoint);
  form.reset();
  form.values = input;
  if (wanted && !config.map) $("polarity").value = wanted;
  if (picture) await canvas.loadImage(picture);
  if (map) {
    // The map is grey as it was sent: read by the polarity it was made with, shown by the one in force.
    canvas.setPolarity(wanted ?? polarity());
    await canvas.importMap(map);
    canvas.setPolarity(polarity());
  }
  formChanged();
}

// Running.

/** Checks the inputs, then queues one job for each of `variants(input)`: `{input, label}`. */
async function run(variants, fanName) {
  if (!form.check()) {
    announce("Something in the inputs is missing or wrong.");
    return;
  }
  if (!canvas.hasImage) {
    complain("Open a picture first, or try the sample: it is what the model works on.");
    return;
  }
  form.get("seed")?.renew();
  const input = form.values;
  const pictures = await keepPictures();
  if (!(await letsChange(await kept(pictures.map), polarity()))) {
    complain("Nothing is painted, so nothing may change: paint where the picture may, or fill it all.");
    // Beside the real fal this would cost: it is run when it is asked for again.
    if (config.mode === "fal" && unpainted !== pictures.map) {
      unpainted = pictures.map;
      return;
    }
  }
  const fan = fanName ? { id: newID(), name: `${fanName}: ${title(input)}` } : undefined;
  for (const { input: each, label } of variants(input)) {
    jobs.add({ endpoint: model.endpoint, input: stringify(each), polarity: polarity(), fan, label, ...pictures });
  }
  announce(fanName ? `${fanName} started` : "Run started");
  await saveDraft();
}

function complain(sentence) {
  $("form-error").textContent = sentence;
  $("form-error").hidden = false;
}

const title = (input) => input.prompt.trim().split(/\s+/).slice(0, 8).join(" ").replace(/\W+$/, "");
const one = (input) => [{ input, label: title(input) }];

/** Five strengths, from little to all. */
function strengths(input) {
  return [0.3, 0.5, 0.7, 0.85, 1].map((strength) => ({ input: { ...input, strength }, label: `Strength ${strength}` }));
}

function seeds(input) {
  const others = [...crypto.getRandomValues(new Uint32Array(3))];
  return [input.seed, ...others].map((seed) => ({ input: { ...input, seed }, label: `Seed ${seed}` }));
}

async function code(job) {
  const input = job ? seeded(job) : form.values;
  let urls = job?.urls;
  let note = "";
  try {
    if (!urls && canvas.hasImage) {
      const { picture, map } = await keepPictures();
      urls = await uploads.urls(picture, map);
    }
  } catch (error) {
    note = `The picture and the map could not be uploaded (${explain(error).title}), so their URLs are made up.`;
  }
  if (!urls) note ||= "No picture is open yet, so the URLs of the picture and the map are made up.";
  urls ??= { image_url: "https://example.com/picture.png", change_map_image_url: "https://example.com/map.png" };
  showCode({
    endpoint: job?.endpoint ?? model.endpoint, input: { ...input, ...urls }, proxy: new URL(config.path, location.href).href,
    needsToken: config.auth === "tokens",
  }, note);
}

const actions = {
  cancel: (job) => jobs.cancel(job),
  remove: (job) => jobs.remove(job),
  again: ({ endpoint, input, picture, map, polarity: used, label }) => jobs.add({ endpoint, input, picture, map, polarity: used, label }),
  look: (job, index) => look(job, index, actions),
  code,
  async restore(job) {
    await restore({ ...job, input: seeded(job), picture: await kept(job.picture), map: await kept(job.map) });
    announce("The inputs are as they were for this result.");
    $("inputs").scrollIntoView({ block: "nearest" });
  },
  async use(blob) {
    await canvas.loadImage(blob);
    announce("The result is the picture now.");
    $("stage").scrollIntoView({ block: "nearest" });
  },
};

// The gallery follows the jobs.

const gallery = new Gallery($("gallery"), actions);
const clock = ticker(() => jobs.running.length > 0, () => gallery.tick());

function galleryChanged() {
  $("empty").hidden = !gallery.isEmpty;
  $("clear").hidden = gallery.isEmpty;
}

jobs.addEventListener("change", ({ detail: job }) => {
  gallery.update(job);
  galleryChanged();
  if (!isOver(job)) return clock.start();
  if (isRestoring) return;
  if (job.state === "done") announce(`${job.label ?? "Run"}: done`);
  if (job.state === "failed") {
    form.complain(Object.fromEntries(Object.entries(job.error.fields).filter(([name]) => form.get(name))));
    const about = ["image_url", "change_map_image_url"].map((name) => job.error.fields[name]).filter(Boolean);
    complain([job.error.title, job.error.detail, ...about, job.error.todo].filter(Boolean).map((text) => text.replace(/\.?$/, ".")).join(" "));
  }
});
jobs.addEventListener("removed", ({ detail: job }) => {
  gallery.remove(job);
  galleryChanged();
});
jobs.addEventListener("token", () => askForToken(() => jobs.resume()));

// What can be pressed and dropped.

$("inputs").addEventListener("submit", (event) => {
  event.preventDefault();
  run(one);
});
$("inputs").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run(one);
  }
});
$("strength-fan").onclick = () => run(strengths, "Strength fan");
$("seed-fan").onclick = () => run(seeds, "Seed fan");
$("code").onclick = () => code();
$("reset").onclick = () => {
  const { prompt } = form.values;
  form.reset();
  form.values = { prompt };
  formChanged();
};
$("preset").append(...presets.map(({ name }, index) => el("option", { value: String(index) }, name)));
$("preset").onchange = () => {
  form.values = presets[$("preset").value]?.values ?? {};
  formChanged();
};
$("polarity").onchange = () => {
  canvas.setPolarity(polarity());
  pictureChanged({ what: "map" });
};
$("model").onchange = () => choose($("model").value);
$("clear").onclick = () => {
  if (!confirm("Remove all results? They are kept in this browser alone.")) return;
  for (const job of jobs.list.filter(isOver)) jobs.remove(job);
};
$("sample").onclick = async () => {
  const [picture, map] = await Promise.all(["image", "map"].map(async (name) => {
    const response = await fetch(`/studio/sample-${name}.png`);
    if (!response.ok) throw new Error(`the sample could not be loaded (${response.status})`);
    return response.blob();
  }));
  const prompt = form.values.prompt || (model.input.properties.prompt.examples?.[0] ?? "");
  await canvas.loadImage(picture);
  canvas.setPolarity("black_changes");
  await canvas.importMap(map);
  canvas.setPolarity(polarity());
  form.values = { prompt };
  formChanged();
};
$("open-recipe").onclick = () => $("recipe-file").click();
$("recipe-file").onchange = ({ target }) => {
  if (target.files[0]) openRecipe(target.files[0]);
  target.value = "";
};

async function openRecipe(file) {
  try {
    await restore(read(await file.text()));
    toast("The recipe is restored: run it to make the same again.");
  } catch (error) {
    toast(error.message);
  }
}

// A recipe may be dropped anywhere; pictures are the canvas's, wherever they fall.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  if (event.defaultPrevented && event.target.closest?.("#canvas") && !isRecipe(event)) return;
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (!file) return;
  if (isRecipe(event)) openRecipe(file);
  else if (file.type.startsWith("image/")) canvas.loadImage(file).catch((error) => toast(error.message));
  else toast("This file is neither a picture nor a recipe.");
});

function isRecipe({ dataTransfer }) {
  const [file] = dataTransfer?.files ?? [];
  return file?.type === "application/json" || file?.name.endsWith(".json");
}

addEventListener("offline", () => notify("You are offline: what runs goes on at fal, and is found again when the connection is back."));
addEventListener("online", () => notify(""));
addEventListener("unhandledrejection", ({ reason }) => toast(explain(reason).detail || explain(reason).title));

function notify(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

// The start.

$("banner").hidden = config.mode !== "sandbox";
$("polarity-bar").hidden = config.map !== null;
$("token-button").hidden = config.auth !== "tokens";
$("token-button").onclick = () => askForToken(() => jobs.resume());
if (!model) {
  notify("This proxy allows none of the models that the Studio knows: add fal-ai/flux-differential-diffusion to allowed_endpoints.");
  $("run").disabled = true;
} else {
  $("model").append(...config.models.map(({ endpoint }) => el("option", { value: endpoint }, endpoint)));
  $("model").hidden = config.models.length < 2;
  canvas.setPolarity(polarity());
  // What was typed before the inputs were made.
  const early = $("field-prompt").value;
  choose(model.endpoint);
  const draft = await store.get("draft", "draft");
  if (draft) {
    const [picture, map] = await Promise.all([kept(draft.picture), kept(draft.map)]);
    await restore({ ...draft, input: parse(draft.input), picture, map }).catch((error) => console.info("no draft:", error.message));
  }
  if (early) form.values = { prompt: early };
  if (config.auth === "tokens" && !token()) askForToken(() => jobs.resume());
  await jobs.restore();
  const used = jobs.list.flatMap((job) => [job.picture, job.map]).concat(draft?.picture, draft?.map);
  sweep(new Set(used));
}
isRestoring = false;
galleryChanged();
document.documentElement.dataset.ready = "true";
