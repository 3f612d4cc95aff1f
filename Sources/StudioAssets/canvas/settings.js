const KEY = 'studio.canvas';

const BRUSH = { size: 80, softness: 50, flow: 100, pressure: 'size' };

const DEFAULTS = {
  tool: 'brush',
  look: 'overlay',
  brush: { change: 100, ...BRUSH },
  eraser: { ...BRUSH },
  rectangle: { change: 100 },
  fill: { change: 100, where: 'colour', tolerance: 12 },
  linear: { from: 0, to: 100, mode: 'replace' },
  radial: { from: 100, to: 0, mode: 'replace' },
  move: {},
  automatic: { mode: 'replace' },
  adjust: { multiply: 150, gamma: 1.5, blur: 20 },
};

/** What is chosen, tool by tool; it outlives the page where the browser lets it. */
export function loadSettings() {
  const settings = structuredClone(DEFAULTS);
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
    for (const [name, value] of Object.entries(kept)) {
      if (typeof value !== typeof DEFAULTS[name]) continue;
      if (typeof value === 'object') Object.assign(settings[name], value);
      else settings[name] = value;
    }
    if (!(settings.tool in DEFAULTS)) settings.tool = DEFAULTS.tool;
  } catch {
    // Kept by another version, or nothing may be kept: the defaults.
  }
  return settings;
}

export function saveSettings(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing.
  }
}
