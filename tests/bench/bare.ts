// How fast can Node.js answer at all? The yardstick: a bare node:http server with the answer it is told to give.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

const { PORT = '0', STATUS = '202', HEADERS = '[]', BODY = '', WORKERS = '1' } = process.env;

if (cluster.isPrimary && Number(WORKERS) > 1) {
  for (let i = 0; i < Number(WORKERS); i++) cluster.fork();
} else {
  const headers = JSON.parse(HEADERS) as string[];
  const status = Number(STATUS);
  createServer((_req, res) => {
    res.writeHead(status, headers);
    res.end(BODY);
  }).listen(Number(PORT), '127.0.0.1');
}
