// Answers the metrics listener: every path of it, to whoever can reach it (reference: it asks nobody who they are).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { sendStatusText } from '../response/send.ts';

export interface MetricsParts {
  readonly metrics: Pick<Metrics, 'text'>;
  readonly logger: Pick<Logger, 'error'>;
}

export function metrics({ metrics, logger }: MetricsParts): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    metrics.text().then(
      ({ contentType, body }) => {
        res.setHeader('Content-Type', contentType);
        res.setHeader('Content-Length', Buffer.byteLength(body));
        res.end(req.method === 'HEAD' ? undefined : body);
      },
      (error: unknown) => {
        logger.error('the metrics could not be written', { reason: 'metrics_failed', cause: String(error) });
        sendStatusText(res, 500);
      },
    );
  };
}
