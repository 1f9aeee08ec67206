// What does a text become where an operator's regular expression matches? Go's RE2 dialect and its templates.
import { RE2JS } from 're2js';

/** The text with every match replaced; undefined when there is none. */
export type Rewrite = (text: string) => string | undefined;

/**
 * `$1`, `${1}`, `$name` and `${name}` stand for what a group matched, `$$` for a dollar. As in Go a name without braces
 * is as long as it can be: `$1x` is the group called `1x`, and a group that does not exist is empty.
 *
 * @throws Error saying what is wrong with the pattern, in Go's words
 */
export function compileRewrite(pattern: string, template: string): Rewrite {
  const regex = RE2JS.compile(pattern);
  const names = regex.namedGroups();
  const numberOf = (name: string) => (/^\d+$/.test(name) ? Number(name) : names[name]);

  return (text) => {
    const matcher = regex.matcher(text);
    let [rewritten, from, matched] = ['', 0, false];
    while (matcher.find()) {
      matched = true;
      const filled = template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (dollars, braced?: string, bare?: string) => {
        if (dollars === '$$') return '$';
        const group = numberOf(braced ?? bare ?? '');
        return group === undefined || group > regex.groupCount() ? '' : (matcher.group(group) ?? '');
      });
      rewritten += text.slice(from, matcher.start()) + filled;
      from = matcher.end();
    }
    return matched ? rewritten + text.slice(from) : undefined;
  };
}
