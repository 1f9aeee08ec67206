// {prefix}/static/*: the few files that our pages need.
import type { RequestHandler } from 'express';
import { staticAsset } from '../response/assets.ts';
import { forbidCaching, sendText } from '../response/send.ts';

export function assets(mount: string): RequestHandler {
  return (req, res) => {
    const asset = staticAsset(req.path.slice(mount.length));
    forbidCaching(res);
    if (asset === undefined) {
      res.removeHeader('Cache-Control'); // as in the reference, whose error answers drop it
      return sendText(res, 404, '404 page not found\n');
    }
    res.set({
      'Content-Type': asset.contentType,
      'X-Content-Type-Options': 'nosniff',
      'Content-Length': String(asset.body.length),
    });
    res.status(200).end(req.method === 'HEAD' ? undefined : asset.body);
  };
}
