// What would Express alone make of it? The same answer as the yardstick's, from a route of Express.
import express from 'express';

const { PORT = '0', STATUS = '202', HEADERS = '[]' } = process.env;
const headers = JSON.parse(HEADERS) as string[];
const app = express();
app.disable('x-powered-by');
app.get('/oauth2/auth', (_req, res) => {
  for (let i = 0; i + 1 < headers.length; i += 2) res.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
  res.status(Number(STATUS)).end();
});
app.listen(Number(PORT), '127.0.0.1');
