// A model's schema, read as a list of controls.

const labels = {
  prompt: "Prompt", seed: "Seed", strength: "Strength", num_inference_steps: "Steps", guidance_scale: "Guidance scale",
  num_images: "Number of images", enable_safety_checker: "Safety checker", sync_mode: "Answer in one piece",
};

/** What is looked at first, in this order; everything else is among the further settings. */
const first = ["prompt", "strength", "num_inference_steps", "guidance_scale", "num_images", "seed", "enable_safety_checker"];

/** The canvas gives these. */
const pictures = new Set(["image_url", "change_map_image_url"]);

/** The controls of a model: `{name, label, kind, hint, value, min, max, step, options, isFirst, isRequired}`. */
export function controls(model) {
  const { properties, required = [] } = model.input;
  return Object.keys(properties).filter((name) => !pictures.has(name))
    .sort((a, b) => place(a) - place(b))
    .map((name) => control(model, name, resolve(model, properties[name]), required.includes(name)));
}

function place(name) {
  const index = first.indexOf(name);
  return index < 0 ? first.length : index;
}

/** What a reference points to, and the one of several types that is not null. */
function resolve(model, schema) {
  const path = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (path) {
    const target = path.slice(2).split("/").reduce((value, key) => value?.[key], model) ?? {};
    return { ...resolve(model, target), ...schema };
  }
  const types = (schema.anyOf ?? schema.oneOf)?.filter((each) => each.type !== "null");
  if (!types?.length) return schema;
  // Of several the simplest is offered: a word from a list rather than an object.
  const simplest = types.map((each) => resolve(model, each)).find((each) => each.enum) ?? resolve(model, types[0]);
  return { ...simplest, ...schema };
}

function control(model, name, schema, isRequired) {
  const common = {
    name, label: labelOf(name, schema.title), hint: schema.description ?? "", value: schema.default,
    isFirst: first.includes(name), isRequired,
  };
  if (name === "seed") return { ...common, kind: "seed" };
  if (name === "prompt") return { ...common, kind: "text", lines: 4, value: schema.default ?? "" };
  if (schema.enum) return { ...common, kind: "choice", options: schema.enum };
  switch (schema.type) {
    case "boolean": return { ...common, kind: "switch" };
    case "integer":
    case "number": {
      const isWhole = schema.type === "integer";
      return { ...common, kind: "number", min: schema.minimum, max: schema.maximum, isWhole, step: isWhole ? 1 : 0.01 };
    }
    case "string": return { ...common, kind: "text", lines: 1 };
    default: return { ...common, kind: "json" };
  }
}

/** What people call a field. */
export function labelOf(name, title = name) { return labels[name] ?? sentence(title); }

/** "Guidance Scale" and "guidance_scale" as "Guidance scale". */
function sentence(text) {
  const words = text.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1).replace(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase());
}
