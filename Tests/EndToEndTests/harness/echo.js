// An HTTP server that writes what it sees to standard output, one JSON object a line.
"use strict";
const http = require("node:http");
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
let connections = 0;

const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const distinct = request.headersDistinct;
    say({
      connection: request.socket.number, method: request.method, target: request.url,
      host: distinct["host"] ?? [], type: distinct["content-type"] ?? [], marker: request.headers["x-fal-runner-hint"] ?? "",
      body: Buffer.concat(pieces).toString("latin1"),
    });
    response.setHeader("content-type", "application/json");
    response.end('{"ok": true}');
  });
});
server.on("connection", (socket) => { socket.number = ++connections; });
server.on("clientError", (error, socket) => {
  say({ connection: socket.number, fault: error.code });
  socket.destroy();
});
server.listen(0, "127.0.0.1", () => process.stderr.write(`port ${server.address().port}\n`));
