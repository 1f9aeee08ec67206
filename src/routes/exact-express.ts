// How does Express behave here? Paths are matched exactly as the reference does, and it adds nothing of its own to answers.
import express, { type Express } from 'express';

export function exactExpress(): Express {
  const app = express();
  for (const setting of ['case sensitive routing', 'strict routing']) app.enable(setting);
  for (const setting of ['x-powered-by', 'etag', 'query parser']) app.disable(setting);
  return app;
}
