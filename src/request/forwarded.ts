// What does the header Forwarded of RFC 7239 say?

export interface ForwardedElement {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
}

const longest = 8192;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const pair = new RegExp(
  `(?<name>${token})=(?:(?<token>${token})|"(?<quoted>(?:[^"\\\\\\x00-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e])*)")`,
  'y',
);
const separator = /[ \t]*([;,])[ \t]*/y;

/** One element per proxy, the nearest one last (§4). Undefined when anything in it is garbled. */
export function parseForwarded(header: string): readonly ForwardedElement[] | undefined {
  if (header.length > longest) return undefined;
  const elements: Record<string, string>[] = [Object.create(null)];
  let position = header.length - header.trimStart().length;
  const text = header.trimEnd();
  while (position < text.length) {
    pair.lastIndex = position;
    const groups = pair.exec(text)?.groups;
    const element = elements.at(-1);
    const name = groups?.['name']?.toLowerCase();
    // §4: each parameter once per element
    if (!groups || !element || name === undefined || name in element) return undefined;
    element[name] = groups['token'] ?? (groups['quoted'] ?? '').replace(/\\(.)/g, '$1');
    position = separator.lastIndex = pair.lastIndex;
    if (position === text.length) break;
    const found = separator.exec(text);
    if (!found || separator.lastIndex === text.length) return undefined;
    if (found[1] === ',') elements.push(Object.create(null));
    position = separator.lastIndex;
  }
  return elements.every(isSound) ? elements : undefined;
}

function isSound({ host, proto }: ForwardedElement): boolean {
  return (
    (host === undefined || /^[\w.~:[\]-]+$/.test(host)) && (proto === undefined || /^[a-z][a-z\d+.-]*$/i.test(proto))
  );
}
