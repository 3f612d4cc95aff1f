// Pictures to begin with, which come with the page.

const samples = {
  /** A tree by a lake, whose map keeps the tree and the shore; `prompt` is the model's own example. */
  tree: { picture: "sample-tree.png", map: "sample-tree-map.png" },
  landscape: { picture: "sample-landscape.png", prompt: "a castle on a hill, golden light" },
};

/** `{picture, map, prompt}`, the first two as Blobs; a map may be missing. Its black changes. */
export async function sample(name) {
  const { picture, map, prompt } = samples[name];
  return { picture: await load(picture), map: map && (await load(map)), prompt };
}

async function load(name) {
  const response = await fetch(`/studio/${name}`);
  if (!response.ok) throw new Error(`the sample could not be loaded (${response.status})`);
  return response.blob();
}
