// A request as code, in the languages people call fal from.

import { Exact, stringify } from "./json.js";

/**
 * `{name, language, text}` for each language.
 * @param request {endpoint, input, proxy, needsToken}: `proxy` is the proxy's whole URL
 */
export function snippets(request) {
  return [
    { name: "JavaScript", text: javaScript(request) }, { name: "curl", text: curl(request) },
    { name: "Swift", text: swift(request) }, { name: "Python", text: python(request) },
  ];
}

function javaScript({ endpoint, input, proxy, needsToken }) {
  const body = stringify(input, "  ", "  ").replace(/"(\w+)": /g, "$1: ");
  // The client writes numbers as JSON.stringify does; this one has more digits than a number can hold.
  const exact = input.seed instanceof Exact ? body.replace(`seed: ${input.seed}`, `seed: JSON.rawJSON("${input.seed}")`) : body;
  const token = needsToken
    ? "\n  requestMiddleware: async (request) => ({\n    ...request, headers: { ...request.headers, authorization: `Bearer ${token}` },\n  }),"
    : "";
  return `import { fal } from "@fal-ai/client";

fal.config({${token ? `\n  proxyUrl: "${proxy}",${token}\n` : ` proxyUrl: "${proxy}" `}});

const { data } = await fal.subscribe("${endpoint}", {
  input: ${exact},
  logs: true,
});
console.log(data.images[0].url);
`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ endpoint, input, proxy, needsToken }) {
  const token = needsToken ? ' \\\n  -H "authorization: Bearer $TOKEN"' : "";
  return `# Puts it into the queue; the answer has its request_id, under …/requests/REQUEST_ID are /status and the result.
curl ${quoted(proxy)}${token} \\
  -H 'x-fal-target-url: https://queue.fal.run/${endpoint}' \\
  -H 'content-type: application/json' \\
  -d ${quoted(stringify(input, "  "))}
`;
}

function swift({ endpoint, input, proxy, needsToken }) {
  const values = Object.entries(input).map(([name, value]) => `    "${name}": ${swiftValue(value)},`).join("\n");
  const token = needsToken ? "// The Swift client sends no token of yours: put a proxy between that adds it.\n" : "";
  return `import FalClient

${token}let fal = FalClient.withProxy("${proxy}")
let result = try await fal.subscribe(
  to: "${endpoint}",
  input: [
${values}
  ],
  includeLogs: true)
print(result)
`;
}

function swiftValue(value) {
  if (typeof value === "string") return stringify(value).replace(/\\u([0-9a-f]{4})/gi, "\\u{$1}");
  if (value === null) return "nil";
  if (Array.isArray(value)) return `[${value.map(swiftValue).join(", ")}]`;
  if (typeof value !== "object" || value instanceof Exact) return stringify(value);
  return `[${Object.entries(value).map(([name, each]) => `"${name}": ${swiftValue(each)}`).join(", ") || ":"}]`;
}

function python({ endpoint, input, proxy, needsToken }) {
  const token = needsToken ? `\nheaders["authorization"] = f"Bearer {os.environ['TOKEN']}"` : "";
  return `import time${needsToken ? "\nimport os" : ""}

import requests

proxy = "${proxy}"
headers = {}${token}


def call(method, target, **options):
    answer = requests.request(method, proxy, headers={**headers, "x-fal-target-url": target}, **options)
    answer.raise_for_status()
    return answer.json()


job = call("POST", "https://queue.fal.run/${endpoint}", json=${pythonValue(input)})
while call("GET", job["status_url"])["status"] != "COMPLETED":
    time.sleep(1)
print(call("GET", job["response_url"])["images"][0]["url"])
`;
}

function pythonValue(value, outer = "") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((each) => pythonValue(each, outer)).join(", ")}]`;
  if (typeof value !== "object" || value instanceof Exact) return stringify(value);
  const inner = `${outer}    `;
  return `{\n${Object.entries(value).map(([name, each]) => `${inner}${JSON.stringify(name)}: ${pythonValue(each, inner)},\n`).join("")}${outer}}`;
}
