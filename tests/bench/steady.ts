// How long does an answer take at a fixed rate? Requests leave on schedule, whether or not earlier ones were answered.
import { connect, type Socket } from 'node:net';

export interface Steady {
  readonly port: number;
  /** The request as it goes over the wire. */
  readonly request: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answered: number;
}

const connections = 32;
/** Every answer of the endpoint ends with its header: it has no body. */
const endOfHeader = '\r\n\r\n';

/** Latency counts from the moment the schedule named, so that a server that stalls cannot hide it. */
export async function steadyLoad({ port, request, perSecond, seconds }: Steady): Promise<Latencies> {
  const latencies: number[] = [];
  const lines = await Promise.all(
    Array.from({ length: connections }, () => openLine(port, (ms) => latencies.push(ms))),
  );
  const beganMs = performance.now();
  const total = Math.floor(perSecond * seconds);
  await new Promise<void>((done) => {
    let sent = 0;
    const send = () => {
      const due = Math.min(total, Math.floor(((performance.now() - beganMs) * perSecond) / 1000));
      for (; sent < due; sent++) lines[sent % connections]?.send(request, beganMs + (sent * 1000) / perSecond);
      if (sent < total) setImmediate(send);
      else setTimeout(done, 200); // for the last answers
    };
    send();
  });
  for (const line of lines) line.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), answered: latencies.length };
}

interface Line {
  send(request: string, dueMs: number): void;
  close(): void;
}

async function openLine(port: number, answered: (ms: number) => void): Promise<Line> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((done, fail) => socket.once('connect', done).once('error', fail));
  const waiting: number[] = [];
  let rest = '';
  socket.on('data', (data) => {
    rest += data.toString('latin1');
    for (let end = rest.indexOf(endOfHeader); end >= 0; end = rest.indexOf(endOfHeader)) {
      rest = rest.slice(end + endOfHeader.length);
      answered(performance.now() - (waiting.shift() ?? Number.NaN));
    }
  });
  return {
    send(request, dueMs) {
      waiting.push(dueMs);
      socket.write(request);
    },
    close: () => socket.destroy(),
  };
}
