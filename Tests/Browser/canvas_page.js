// What the tests of the canvas ask of its page.

import { adherence } from '/canvas/adherence.js';
import { createCanvas } from '/canvas/canvas.js';

const changes = [];
const canvas = createCanvas(document.getElementById('canvas'), { onChange: ({ what }) => changes.push(what) });

const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

/** A picture, drawn here: a gradient, with a disc and a square. */
async function picture(width, height, type = 'image/png') {
  const surface = new OffscreenCanvas(width, height);
  const context = surface.getContext('2d');
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#9cc4e8');
  sky.addColorStop(1, '#40704a');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#f0c040';
  context.beginPath();
  context.arc(width * 0.7, height * 0.3, height * 0.15, 0, 7);
  context.fill();
  context.fillStyle = '#803030';
  context.fillRect(width * 0.2, height * 0.5, width * 0.2, height * 0.3);
  return surface.convertToBlob({ type });
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

const blob = (text) => new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], { type: 'image/png' });

/** A change of the map, once it has come. */
async function changed(count) {
  while (changes.length < count) await frame();
}

Object.assign(window, { canvas, adherence, picture, base64, blob, frame, changes, changed });
window.ready = Promise.resolve(true);
