// What a small team would write: Node's own http server and client, kept-alive connections, streams piped both ways,
// the same check of the target and the same header surgery. No framework, no log.
//   node node_proxy.mjs PORT UPSTREAM-URL
import http from "node:http";
import https from "node:https";

const [port, upstream] = [Number(process.argv[2]), new URL(process.argv[3])];
const client = upstream.protocol === "https:" ? https : http;
const agent = new client.Agent({ keepAlive: true, maxFreeSockets: 256 });
const allowed = /^https:\/\/queue\.fal\.run(\/fal-ai\/flux-differential-diffusion((\/requests\/|\?).*)?)$/;
const kept = ["accept", "accept-encoding", "content-type", "content-length", "transfer-encoding", "user-agent"];
const hidden = ["set-cookie", "strict-transport-security", "alt-svc", "access-control-allow-origin", "connection", "keep-alive"];

const server = http.createServer((request, response) => {
  const target = allowed.exec(request.headers["x-fal-target-url"] ?? "");
  if (request.url !== "/api/fal/proxy" || !target) return response.writeHead(403).end();
  const headers = { host: "queue.fal.run", authorization: "Key bench:bench", "x-fal-client-proxy": "node" };
  for (const name of kept) if (request.headers[name] !== undefined) headers[name] = request.headers[name];
  const forwarded = client.request(
    { agent, host: upstream.hostname, port: upstream.port, servername: "localhost", method: request.method, path: target[1], headers },
    (answer) => {
      for (const name of hidden) delete answer.headers[name];
      answer.headers["x-request-id"] = crypto.randomUUID();
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
  forwarded.on("error", () => response.headersSent ? response.destroy() : response.writeHead(502).end());
  response.on("close", () => forwarded.destroy());
  request.pipe(forwarded);
});
// As long as the others keep an idle client.
server.keepAliveTimeout = 600_000;
server.listen(port, "127.0.0.1");
