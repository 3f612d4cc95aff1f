// PNG files of one grey byte a pixel, without alpha: written and read here, as a canvas would round the values.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const UP = 2;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc;
}

function chunk(type, content) {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setInt32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** A PNG of 8-bit grey (colour type 0) with exactly these values, row by row. */
export async function encodeGrey(values, width, height) {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (width + 1) + 1;
    const from = y * width;
    rows[to - 1] = y ? UP : 0;
    for (let x = 0; x < width; x++) rows[to + x] = values[from + x] - (y ? values[from + x - width] : 0);
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header[8] = 8; // bits a sample; colour type, compression, filter and interlace stay 0
  const packed = await through(new CompressionStream('deflate'), rows);
  const parts = [new Uint8Array(SIGNATURE), chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())];
  return new Blob(parts, { type: 'image/png' });
}

/** What `encodeGrey` takes, of a PNG of its kind (8-bit grey, not interlaced, any filter); of other files null. */
export async function decodeGrey(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const text = (at) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 33 || SIGNATURE.some((byte, at) => bytes[at] !== byte) || text(12) !== 'IHDR') return null;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (bytes[24] !== 8 || bytes[25] !== 0 || bytes[28] !== 0) return null;
  const packed = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (['tRNS', 'gAMA', 'iCCP'].includes(text(at + 4))) return null;
    if (text(at + 4) === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const rows = await through(new DecompressionStream('deflate'), new Blob(packed)).catch(() => null);
  if (rows?.length !== (width + 1) * height) return null;
  return { values: unfilter(rows, width, height), width, height };
}

function unfilter(rows, width, height) {
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * (width + 1) + 1;
    const filter = rows[row - 1];
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const left = x ? values[at - 1] : 0;
      const up = y ? values[at - width] : 0;
      const corner = x && y ? values[at - width - 1] : 0;
      values[at] = rows[row + x] + predicted(filter, left, up, corner);
    }
  }
  return values;
}

/** RFC 2083, section 6. */
function predicted(filter, left, up, corner) {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
