// Did the result follow the map?

import { Jobs } from './jobs.js';

let jobs;

/**
 * Compares, place by place, how much changed (c, 0…1: the OKLab difference of both pictures at 512 pixels, past what
 * compression does) with how much was asked (a, 0…1: the map):
 *
 *     error = Σ w · |c − a|                 w: what is to change and what is to stay weigh the same, whatever their sizes
 *     score = 100 · (1 − error / error₀)    error₀: that of the best result that changes every place equally; not below 0
 *
 * So 100 is a result in which exactly what was asked has changed, as much as asked, and 0 one that has nothing to do
 * with the map: nothing changed, or everything, or anywhere. A map that asks the same everywhere has nothing to be told
 * apart by; there the score is 100 · (1 − error).
 *
 * Pictures and map are blobs or bitmaps, the map in the given polarity. The heat map, a canvas, is blue where less changed
 * than asked, orange where more did, and shows the darkened picture where it is as asked.
 */
export async function adherence(original, result, map, polarity = 'black_changes') {
  jobs ??= new Jobs();
  const { score, pixels, width, height } = await jobs.run('compare', {
    original: await blobOf(original),
    result: await blobOf(result),
    map: await blobOf(map),
    inverted: polarity === 'black_changes',
  });
  const heat = document.createElement('canvas');
  heat.width = width;
  heat.height = height;
  heat.setAttribute('role', 'img');
  heat.setAttribute('aria-label', `Where the result follows the map: ${Math.round(score)} of 100`);
  heat.getContext('2d').putImageData(new ImageData(pixels, width, height), 0, 0);
  return { score: Math.round(score), heat };
}

async function blobOf(picture) {
  if (picture instanceof Blob) return picture;
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.convertToBlob();
}
