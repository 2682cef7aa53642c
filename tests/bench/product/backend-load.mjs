/**
 * Sends requests over sockets that stay open, in a process of its own: what measures must not share a thread with what is measured.
 * Standard input has one JSON object: where, with which key, how many sockets, how long, and the bodies to send by turns. Standard output
 * gets the latencies in ms, and how many answers were not 200.
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** @type {{ origin: string, path: string, key: string, sockets: number, seconds: number, bodies: string[] }} */
const { origin, path, key, sockets, seconds, bodies } = JSON.parse(await text(process.stdin));
const agent = new Agent({ keepAlive: true, maxSockets: sockets });
/** @type {number[]} */
const latencies = [];
let refused = 0;
let sent = 0;

/** @param {string} body */
function send(body) {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body)
    };
    request(`${origin}${path}`, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    })
      .once('error', reject)
      .end(body);
  });
}

const startMs = performance.now();
async function sendOn() {
  while (performance.now() - startMs < seconds * 1000) {
    const beginMs = performance.now();
    const status = await send(bodies[sent++ % bodies.length] ?? '');
    if (status === 200) latencies.push(performance.now() - beginMs);
    else refused++;
  }
}
await Promise.all(Array.from({ length: sockets }, sendOn));
agent.destroy();
process.stdout.write(JSON.stringify({ latencies, refused, seconds: (performance.now() - startMs) / 1000 }));
