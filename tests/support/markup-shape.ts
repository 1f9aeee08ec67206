// Which tags and attributes does a page have, whatever the text between them says?

export interface Shape {
  /** `tag attribute attribute …`, in order. */
  readonly tags: readonly string[];
  /** Values of href, src, action and the like. */
  readonly addresses: readonly string[];
}

/** Reads our own pages only: quoted attributes, no comments, no inline scripts. */
export function shapeOf(html: string): Shape {
  const tags: string[] = [];
  const addresses: string[] = [];
  for (const [, name = '', rest = ''] of html.matchAll(/<(\/?[a-z!][a-z0-9]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>/gi)) {
    const attributes = [...rest.matchAll(/([^\s"'=/]+)(?:=("[^"]*"|'[^']*'|[^\s"']+))?/g)];
    tags.push([name, ...attributes.map(([, attribute]) => attribute)].join(' '));
    for (const [, attribute = '', value = ''] of attributes)
      if (/^(?:href|src|action|formaction|content|style|on\w+)$/i.test(attribute)) addresses.push(value.slice(1, -1));
  }
  return { tags, addresses };
}
