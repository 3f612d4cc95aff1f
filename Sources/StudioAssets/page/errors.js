// What went wrong, in words, and what to do about it.

import { CallError, UploadError } from "./fal.js";

const advice = {
  400: ["The request was not understood", "Change it and run it again."],
  401: ["A token is needed", "Enter your token; whoever runs this proxy hands them out."],
  402: ["The budget is used up", "Wait until it is filled again, or ask whoever runs this proxy for more."],
  403: ["This is not allowed", "Whoever runs this proxy, or fal's account, has to allow it."],
  404: ["fal does not know this job or model", "It may have been deleted. Run it again."],
  413: ["The picture is too large", "Open a smaller one, or ask whoever runs this proxy to raise its limit."],
  422: ["The model did not take the input", "Correct what is marked, then run it again."],
  429: ["Too many requests", "The page waits and sends it again by itself."],
  499: ["The job was cancelled", "Run it again if you want it after all."],
  500: ["It is not known whether the job ran", "It was not sent again, as that could cost twice. Run it again if you want to."],
  502: ["fal could not be reached", "Nothing ran. Run it again in a moment."],
  503: ["The proxy is busy or stopping", "Nothing ran. Run it again in a moment."],
  504: ["fal did not answer in time", "Run it again in a moment."],
};

/** `{title, detail, todo, fields}`; `fields` holds a sentence for each input that was refused, by its name. */
export function explain(error) {
  if (error.name === "AbortError") return { title: "Cancelled", detail: "", todo: "", fields: {} };
  if (error instanceof UploadError) {
    return { title: "The picture could not be uploaded", detail: `${error.message}.`, todo: "Run it again in a moment.", fields: {} };
  }
  if (!(error instanceof CallError)) {
    // What fetch says of a lost connection is a TypeError.
    if (!(error instanceof TypeError)) return { title: "The page made a mistake", detail: String(error), todo: "Reload it.", fields: {} };
    const [title, todo] = navigator.onLine
      ? ["The proxy does not answer", "Is it running? Run it again once it is."]
      : ["You are offline", "Run it again once the connection is back."];
    return { title, detail: "", todo, fields: {} };
  }
  const [title, todo] = advice[error.status] ?? [`The answer had the status ${error.status}`, "Run it again in a moment."];
  const { detail, fields } = read(error.body);
  return { title, detail, todo, fields };
}

/** The sentence in the body of an error, and what it says of single fields. */
function read(body) {
  const said = body?.detail ?? body?.message ?? body?.error?.message ?? body;
  if (!Array.isArray(said)) return { detail: typeof said === "string" ? said.slice(0, 500) : "", fields: {} };
  const fields = {};
  const others = [];
  for (const { loc = [], msg = "" } of said) {
    const name = loc.find((part) => typeof part === "string" && part !== "body");
    if (name) fields[name] = fields[name] ? `${fields[name]} ${msg}.` : `${msg}.`.replace(/\.\.$/, ".");
    else others.push(msg);
  }
  return { detail: others.join(" "), fields };
}
