// Are further cookies of an answer repeated, as nginx/ask-sidecar.conf reads them?
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { repeatCookies } from '../../src/routes/repeat-cookies.ts';

const name = 'x-sidecar-set-cookie-';

test.each<[string, string[], object]>([
  ['no cookie needs no header', [], {}],
  ['nginx sees the first one by itself', ['a=1'], {}],
  [
    'X-6: each further one has a header of its own',
    ['a=1', 'b=2; Path=/', 'c=3'],
    { [`${name}2`]: 'b=2; Path=/', [`${name}3`]: 'c=3' },
  ],
  [
    'there are no more headers than nginx reads',
    ['1', '2', '3', '4', '5', '6', '7', '8'],
    { [`${name}2`]: '2', [`${name}3`]: '3', [`${name}4`]: '4', [`${name}5`]: '5', [`${name}6`]: '6' },
  ],
])('%s', (_, cookies, expected) => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  if (cookies.length > 0) response.appendHeader('Set-Cookie', cookies);
  repeatCookies(response);
  const { 'set-cookie': _kept, ...repeated } = response.getHeaders();
  expect(repeated).toEqual(expected);
});
