// A recipe: everything that makes a result again, as one JSON file, the pictures in it.

import { parse, stringify } from "./json.js";
import { fromDataURI, kept, toDataURI } from "./pictures.js";

const version = 1;

/** The recipe of a job, as text. */
export async function write(job) {
  const [picture, map] = await Promise.all([kept(job.picture), kept(job.map)]);
  return stringify({
    studio: version, endpoint: job.endpoint, input: seeded(job), polarity: job.polarity,
    picture: picture ? await toDataURI(picture) : "", map: map ? await toDataURI(map) : "",
  }, "  ");
}

/** The input with the seed that was drawn, where none was given. */
export function seeded(job) {
  const input = parse(job.input);
  return input.seed === undefined && job.seed ? { ...input, seed: parse(job.seed) } : input;
}

/** Reads one: `{endpoint, input, polarity, picture, map}` with Blobs; throws a sentence. */
export function read(text) {
  let recipe;
  try {
    recipe = parse(text);
  } catch {
    throw new Error("This file is no recipe: it holds no JSON.");
  }
  if (recipe?.studio !== version || typeof recipe.input !== "object" || !recipe.input) {
    throw new Error("This file is no recipe of the Studio.");
  }
  const blob = (uri) => (typeof uri === "string" && uri.startsWith("data:image/") ? fromDataURI(uri) : null);
  return { ...recipe, picture: blob(recipe.picture), map: blob(recipe.map) };
}
