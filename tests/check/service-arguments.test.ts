// Does a health check learn the flags that the service in its container was started with?
import { serviceArguments } from '../../src/check/service-arguments.ts';

const line = (...words: readonly string[]) => words.map((word) => `${word}\0`).join('');

test.each<[string, string, string[]]>([
  [
    'the entry point of the image',
    line('node', '/app/dist/main.js', '--http-address=:80', '--client-id', 'a b'),
    ['--http-address=:80', '--client-id', 'a b'],
  ],
  ['no flags at all', line('node', '/app/dist/main.js'), []],
  [
    'behind an init',
    line('/sbin/docker-init', '--', 'node', '/app/dist/main.js', '--reverse-proxy'),
    ['--reverse-proxy'],
  ],
  ['an empty value', line('node', 'main.js', '--banner='), ['--banner=']],
  ['another program', line('/sbin/init', 'splash'), []],
  ['nothing readable', '', []],
])('%s', (_, commandLine, expected) => {
  expect(serviceArguments(commandLine)).toEqual(expected);
});
