// Photographs of phones lie on their side, and only a note in the file says so, which not every reader of it heeds.

const ORIENTATION = 0x0112;

/** The file itself, or a JPEG of the same picture with its pixels turned as its note says. */
export async function upright(file) {
  const head = new DataView(await file.slice(0, 65536).arrayBuffer());
  if (orientation(head) <= 1) return file;
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}

/** What a JPEG says of its orientation (1 to 8); 0 where nothing is said. */
export function orientation(view) {
  try {
    if (view.getUint16(0) !== 0xffd8) return 0;
    for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      const isExif = view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966;
      if (isExif) return orientationOf(view, at + 10);
    }
  } catch {
    // The head ends before anything was said.
  }
  return 0;
}

/** The same, of the TIFF block that EXIF is. */
function orientationOf(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  for (let entry = 0; entry < view.getUint16(directory, little); entry++) {
    const at = directory + 2 + 12 * entry;
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little);
  }
  return 0;
}
