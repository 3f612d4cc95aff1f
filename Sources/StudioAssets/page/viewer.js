// A result, looked at: before and after, how well it kept to the map, the map, the facts, and what can be done with it.

import { compare } from "./compare.js";
import { open, tabs } from "./dialog.js";
import { download, el } from "./dom.js";
import { duration } from "./elapsed.js";
import { parse, stringify } from "./json.js";
import { kept } from "./pictures.js";
import { write } from "./recipe.js";
import { labelOf } from "./schema.js";

/** @param actions what is called with the job: `use(blob)`, `again`, `restore`, `code` */
export async function look(job, index, actions) {
  const [before, map] = await Promise.all([kept(job.picture), kept(job.map)]);
  const image = job.images[index];
  const urls = [];
  const url = (blob) => {
    urls.push(URL.createObjectURL(blob));
    return urls.at(-1);
  };
  const after = image.blob ? url(image.blob) : image.url;
  const pages = [{ name: "Before and after", element: before ? compare(url(before), after) : el("img", { src: after, alt: "Result" }) }];
  if (before && map) pages.push(adherencePage(job, image, before, map));
  if (map) pages.push({ name: "Map", element: el("div", {}, el("img", { src: url(map), alt: "Change map" })) });
  const dialog = open(job.label ?? "Result", "viewer",
    el("div", { class: "body" }, tabs("View", pages, "view"), el("aside", {}, facts(job, image), buttons(job, image, index, map, actions, () => dialog.close()))));
  dialog.addEventListener("close", () => urls.forEach((each) => URL.revokeObjectURL(each)));
}

const unreadable = "This picture comes from another place, which does not let this page read it: it can be seen, and opened "
  + "in a tab of its own, but not compared or used.";

function adherencePage(job, image, before, map) {
  const element = el("div", { class: "adherence" });
  const page = { name: "Adherence", element };
  page.shown = async () => {
    page.shown = undefined;
    if (!image.blob) return element.append(el("p", {}, unreadable));
    const wait = el("p", { role: "status" }, "Comparing…");
    element.append(wait);
    try {
      const { adherence } = await import("./canvas/adherence.js");
      const { score, heat } = await adherence(before, image.blob, map, job.polarity);
      const canvas = heat instanceof HTMLCanvasElement ? heat : drawn(heat);
      wait.replaceChildren(el("strong", { class: "score" }, `${Math.round(score)} of 100`), "",
        el("span", { class: "hint" }, " At 100 exactly what was asked has changed; at 0 it has nothing to do with the map. Orange changed more than asked, blue less."));
      element.append(canvas);
    } catch (error) {
      wait.textContent = `It could not be compared: ${error.message}`;
    }
  };
  return page;
}

function drawn(bitmap) {
  const canvas = el("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas;
}

function facts(job, image) {
  const { prompt, ...rest } = parse(job.input);
  const rows = [["Seed", job.seed || rest.seed], ["Size", image.width && `${image.width} × ${image.height}`],
    ...Object.entries(rest).filter(([name, value]) => name !== "seed" && value !== false).map(([name, value]) => [labelOf(name), text(value)]),
    ["Took", duration(job.ended - job.sent)],
    ...Object.entries(job.timings ?? {}).map(([name, seconds]) => [`${name} at fal`, `${Number(seconds).toFixed(2)} s`]),
    ["Billed", job.units && `${job.units} ${job.units === "1" ? "unit" : "units"}`]];
  return el("dl", {}, el("dt", {}, "Prompt"), el("dd", { class: "prompt", tabindex: "0" }, prompt), rows.filter(([, value]) => value !== undefined && value !== "" && value !== null)
    .map(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))]));
}

const text = (value) => (value === true ? "on" : typeof value === "object" ? stringify(value) : value);

function buttons(job, image, index, map, actions, close) {
  const name = `${(parse(job.input).prompt || "picture").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-|-$/g, "")}-${job.seed || "0"}`;
  const button = (text, action, isLast) => el("button", { type: "button", onclick: () => { if (isLast) close(); action(); } }, text);
  const type = image.blob?.type.split("/")[1]?.replace("jpeg", "jpg") ?? "jpg";
  return el("div", { class: "buttons" },
    image.blob
      ? [button("Download picture", () => download(image.blob, `${name}${index ? `-${index + 1}` : ""}.${type}`)),
        button("Use as input", () => actions.use(image.blob), true)]
      : [el("a", { href: image.url, target: "_blank", rel: "noopener noreferrer", class: "button" }, "Open picture"), el("p", { class: "hint" }, unreadable)],
    map && button("Download map", () => download(map, `${name}-map.png`)),
    button("Download recipe", async () => download(await write(job), `${name}.json`, "application/json")),
    button("Run again", () => actions.again(job), true), button("Restore inputs", () => actions.restore(job), true),
    button("Code", () => actions.code(job)));
}
