// A development server as far as it hands requests on: node frontend.mjs vite|next CONFIG. It reads the mapping out of the
// configuration as Vite and Next.js do, and forwards as they do, without being either: prints its port.
import http from "node:http";
import { pathToFileURL } from "node:url";

const [kind, file] = process.argv.slice(2);
const config = (await import(pathToFileURL(file))).default;

/** Where a path goes: the first key that it begins with. */
async function vite() {
  const table = Object.entries(config.server.proxy);
  return (path) => {
    const [, options] = table.find(([prefix]) => path.startsWith(prefix)) ?? [];
    return options && { url: options.target + path, changesHost: options.changeOrigin };
  };
}

/** The first rewrite whose source, literal but for a last `/:path*`, is the path or what it lies below. */
async function next() {
  const table = (await config.rewrites()).map(({ source, destination }) => {
    if (!source.endsWith("/:path*") || !destination.endsWith("/:path*")) throw Error("a form that is not known here");
    return [source, destination].map((text) => text.slice(0, -"/:path*".length));
  });
  return (path) => {
    const plain = path.split("?")[0];
    const [source, destination] = table.find(([source]) => plain === source || plain.startsWith(source + "/")) ?? [];
    return source && { url: destination + path.slice(source.length), changesHost: true };
  };
}

const target = await { vite, next }[kind]();
const server = http.createServer((request, response) => {
  const to = target(request.url);
  if (!to) return response.writeHead(404).end();
  const headers = { ...request.headers, ...(to.changesHost && { host: new URL(to.url).host }) };
  const outgoing = http.request(to.url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  request.pipe(outgoing);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
