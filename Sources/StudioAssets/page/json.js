// JSON whose whole numbers keep all their digits: a seed may have 64 bits, and JavaScript's numbers have 53.

/** A number as it was written. */
export class Exact {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}

const marker = "\u0000exact:";

/** Reads JSON; whole numbers beyond 2^53 become `Exact`. */
export function parse(text) {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : JSON.stringify(marker + token));
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(marker) ? new Exact(value.slice(marker.length)) : value);
}

/** Writes JSON, `Exact` numbers digit by digit. */
export function stringify(value, indent = "", outer = "") {
  if (value instanceof Exact) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const inner = outer + indent;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((each) => stringify(each, indent, inner))
    : Object.entries(value).filter(([, each]) => each !== undefined)
      .map(([name, each]) => `${JSON.stringify(name)}:${indent && " "}${stringify(each, indent, inner)}`);
  if (!parts.length) return open + close;
  return indent ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${outer}${close}` : open + parts.join(",") + close;
}
