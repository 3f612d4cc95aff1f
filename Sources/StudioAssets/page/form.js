// The inputs of a model, made from its schema.

import { el } from "./dom.js";
import { parse, stringify } from "./json.js";
import { controls } from "./schema.js";
import { seedControl } from "./seed.js";

export class Form {
  #fields = new Map();

  /** Fills `first` with what is looked at first, and `more` with the rest; `changed` is called with every change. */
  constructor(model, first, more, changed) {
    const all = controls(model).map((control) => this.#field(control));
    first.replaceChildren(...all.filter((field) => field.isFirst).map((field) => field.element));
    more.replaceChildren(...all.filter((field) => !field.isFirst).map((field) => field.element));
    for (const area of [first, more]) {
      area.oninput = (event) => {
        this.#fields.get(event.target.name)?.complain("");
        changed();
      };
      area.onchange = changed;
    }
  }

  get(name) { return this.#fields.get(name); }

  /** The values that are set and differ from nothing; the seed may be an `Exact`. */
  get values() {
    const values = {};
    for (const [name, field] of this.#fields) {
      const value = field.value;
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  set values(values) {
    for (const [name, field] of this.#fields) if (name in values) field.value = values[name];
  }

  /** Every field as its schema has it. */
  reset() { for (const field of this.#fields.values()) field.value = field.standard; }

  /** Says what is wrong with the values, beside the fields; the first of them is focused. Whether all is well. */
  check() { return this.complain(Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.problem]))); }

  /** Shows a sentence beside each field that is named; whether there is none. */
  complain(sentences) {
    let firstBad;
    for (const [name, field] of this.#fields) {
      field.complain(sentences[name] ?? "");
      if (sentences[name]) firstBad ??= field;
    }
    firstBad?.element.closest("details")?.setAttribute("open", "");
    firstBad?.input.focus();
    return !firstBad;
  }

  #field(control) {
    const id = `field-${control.name}`;
    const field = kinds[control.kind](control, id);
    field.isFirst = control.isFirst;
    field.standard = control.value;
    const error = el("p", { class: "error", id: `${id}-error`, hidden: true });
    field.input.setAttribute("aria-describedby", error.id);
    if (control.isRequired) field.input.setAttribute("aria-required", "true");
    field.complain = (sentence) => {
      error.textContent = sentence;
      error.hidden = !sentence;
      if (sentence) field.input.setAttribute("aria-invalid", "true");
      else field.input.removeAttribute("aria-invalid");
    };
    const own = field.problem;
    Object.defineProperty(field, "problem", { get: () => own?.() ?? "" });
    const isSwitch = control.kind === "switch";
    const label = el("label", { for: id, title: control.hint }, control.label);
    field.element = el("div", { class: `field ${control.kind} ${control.name}` },
      isSwitch ? [field.control ?? field.input, label] : [label, field.control ?? field.input], error);
    if (!control.isFirst && control.hint) field.element.append(el("p", { class: "hint" }, control.hint));
    field.value = control.value;
    this.#fields.set(control.name, field);
    return field;
  }
}

/** Makes a field whose value is read from and written to its input. */
function field(input, { read, write, problem, control }) {
  return { input, control, problem, get value() { return read(); }, set value(value) { write(value); } };
}

const kinds = {
  text({ name, label, lines, isRequired }, id) {
    const input = lines > 1
      ? el("textarea", { id, name, rows: String(lines), placeholder: "What should appear where the map lets it" })
      : el("input", { id, name, type: "text" });
    return field(input, {
      read: () => (input.value || isRequired ? input.value : undefined),
      write: (value) => { input.value = value ?? ""; },
      problem: () => (isRequired && !input.value.trim() ? `${label} is needed.` : ""),
    });
  },

  number({ name, label, min, max, step, isWhole, isRequired }, id) {
    const range = { min: min ?? null, max: max ?? null, step: String(step) };
    const input = el("input", { id, name, type: "number", inputmode: isWhole ? "numeric" : "decimal", ...range, step: isWhole ? "1" : "any" });
    // A second handle for pointers; the number is the control for all others.
    const slider = min === undefined || max === undefined ? null
      : el("input", { type: "range", ...range, "aria-hidden": "true", tabindex: "-1", class: "slider" });
    const follow = () => { if (slider) slider.value = input.value; };
    input.addEventListener("input", follow);
    slider?.addEventListener("input", () => {
      input.value = slider.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return field(input, {
      control: slider ? el("div", { class: "row" }, slider, input) : undefined,
      read: () => (input.value === "" ? undefined : Number(input.value)),
      write(value) {
        input.value = value ?? "";
        follow();
      },
      problem() {
        if (input.validity.badInput) return `${label} is a number.`;
        if (input.value === "") return isRequired ? `${label} is needed.` : "";
        const value = Number(input.value);
        if (isWhole && !Number.isInteger(value)) return `${label} is a whole number.`;
        if (min !== undefined && value < min) return `${label} is at least ${min}.`;
        return max !== undefined && value > max ? `${label} is at most ${max}.` : "";
      },
    });
  },

  switch({ name }, id) {
    const input = el("input", { id, name, type: "checkbox" });
    return field(input, { read: () => input.checked, write: (value) => { input.checked = value === true; } });
  },

  choice({ name, options, isRequired }, id) {
    const none = isRequired ? [] : [el("option", { value: "" }, "as the model likes")];
    const input = el("select", { id, name }, none, options.map((each) => el("option", { value: String(each) }, String(each))));
    return field(input, {
      read: () => (input.value === "" ? undefined : options.find((each) => String(each) === input.value)),
      write: (value) => { input.value = options.includes(value) ? String(value) : ""; },
    });
  },

  json({ name, label }, id) {
    const input = el("textarea", { id, name, rows: "2", class: "code", spellcheck: "false", placeholder: "JSON" });
    const read = () => (input.value.trim() === "" ? undefined : parse(input.value));
    return field(input, {
      read() { try { return read(); } catch { return undefined; } },
      write: (value) => { input.value = value === undefined || value === null || value?.length === 0 ? "" : stringify(value, "  "); },
      problem() { try { read(); return ""; } catch { return `${label} is JSON, or empty.`; } },
    });
  },

  seed(_, id) {
    const seed = seedControl(id);
    return {
      input: seed.input, control: seed.element, problem: () => seed.problem, renew: seed.renew,
      get value() { return seed.problem ? undefined : seed.value; },
      set value(value) { seed.value = value; },
    };
  },
};
