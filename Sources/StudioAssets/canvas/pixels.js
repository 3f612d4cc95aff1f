// Pixels of pictures, read in a worker strip by strip.

const STRIP = 256;

/** Calls `visit(pixels, from, to)` with the RGBA pixels of the rows from…to of a picture of this size. */
async function eachStrip(blob, width, height, background, visit) {
  const bitmap = await createImageBitmap(blob, { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
  const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  for (let from = 0; from < height; from += STRIP) {
    const to = Math.min(height, from + STRIP);
    context.fillStyle = background;
    context.fillRect(0, 0, width, STRIP);
    context.drawImage(bitmap, 0, -from);
    visit(context.getImageData(0, 0, width, to - from).data, from, to);
  }
  bitmap.close();
}

/** The luminance of each pixel, 0 to 255; what is transparent counts as the background. */
export async function luminanceOf(blob, width, height, background = '#000') {
  const grey = new Uint8Array(width * height);
  await eachStrip(blob, width, height, background, (pixels, from, to) => {
    for (let at = from * width, p = 0; at < to * width; at++, p += 4) {
      grey[at] = (54 * pixels[p] + 183 * pixels[p + 1] + 19 * pixels[p + 2] + 128) >> 8;
    }
  });
  return grey;
}

/** The RGBA pixels of a picture scaled to this size. */
export async function coloursOf(blob, width, height) {
  const colours = new Uint8ClampedArray(width * height * 4);
  await eachStrip(blob, width, height, '#000', (pixels, from) => colours.set(pixels, from * width * 4));
  return colours;
}

/** The size of the picture as people see it, turned as its file says. */
export async function sizeOf(blob) {
  const bitmap = await createImageBitmap(blob);
  const size = { width: bitmap.width, height: bitmap.height };
  bitmap.close();
  return size;
}
