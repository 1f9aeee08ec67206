// Does a client neither send the rest of its body nor take what is sent to it?
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Cuts a client that owes us bytes, or a read, and moves nothing for a whole interval (security V-1). Long uploads and
 * downloads go on as long as they move, and a stream of events that is silent at the upstream's end owes nothing.
 */
export function cutWhenStalled(req: IncomingMessage, res: ServerResponse, timeoutMs: number): void {
  const { socket } = req;
  const progress = () => `${socket.bytesRead}:${socket.bytesWritten}:${socket.writableLength}`;
  const owes = () => (!req.complete && !req.isPaused()) || res.writableNeedDrain || socket.writableLength > 0;
  let before = progress();
  const timer = setInterval(() => {
    const now = progress();
    if (now === before && owes()) socket.destroy();
    before = now;
  }, timeoutMs).unref();
  res.once('close', () => clearInterval(timer));
}
