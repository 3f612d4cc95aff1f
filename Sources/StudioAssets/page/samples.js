// Pictures to begin with, which come with the page.

const samples = {
  /** A tree by a lake, whose map keeps the tree and the shore; `prompt` is the model's own example. */
  tree: { picture: "sample-tree.png", map: "sample-tree-map.png" },
  /** Hills, of which the sky may change most and the ground stays. */
  landscape: { picture: "sample-landscape.png", prompt: "a castle in the clouds, golden light" },
};

/** `{picture, map, prompt}`, the first two as Blobs; the black of the map changes. */
export async function sample(name) {
  const { picture, map, prompt } = samples[name];
  return { picture: await load(picture), map: await (map ? load(map) : skyMap()), prompt };
}

/** Black above, white below. */
function skyMap() {
  const canvas = new OffscreenCanvas(64, 64);
  const context = canvas.getContext("2d");
  const gradient = context.createLinearGradient(0, 0, 0, 64);
  gradient.addColorStop(0.2, "#000");
  gradient.addColorStop(0.65, "#fff");
  context.fillStyle = gradient;
  context.fillRect(0, 0, 64, 64);
  return canvas.convertToBlob();
}

async function load(name) {
  const response = await fetch(`/studio/${name}`);
  if (!response.ok) throw new Error(`the sample could not be loaded (${response.status})`);
  return response.blob();
}
