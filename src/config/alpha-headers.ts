// What do injectRequestHeaders and injectResponseHeaders say? Each becomes a rule of the one model.
import type { AlphaReading } from './alpha-reading.ts';
import type { AlphaFile, AlphaHeader } from './alpha-schema.ts';
import { secretText } from './alpha-secrets.ts';
import type { Path } from './alpha-yaml.ts';
import type { HeaderRule, HeaderRules, HeaderValue } from './header-rule.ts';

type Section = 'injectRequestHeaders' | 'injectResponseHeaders';

export function alphaHeaders(file: AlphaFile, reading: AlphaReading): HeaderRules {
  const request = rulesIn('injectRequestHeaders', file, reading);
  return {
    request,
    response: rulesIn('injectResponseHeaders', file, reading),
    // Whoever lets every header of clients through wants it so for the others as well, as with --skip-auth-strip-headers=false.
    stripsReserved: request.length === 0 || request.some(({ preserves }) => !preserves),
  };
}

function rulesIn(section: Section, file: AlphaFile, reading: AlphaReading): readonly HeaderRule[] {
  const headers = file[section] ?? [];
  headers.forEach((header, at) => {
    const isSame = ({ name }: AlphaHeader) => name?.toLowerCase() === header.name?.toLowerCase();
    if (header.name !== undefined && headers.findIndex(isSame) < at)
      reading.problem([section, at, 'name'], `"${header.name}" is there twice`, 'give one header all of the values');
    if (section === 'injectResponseHeaders' && header.preserveRequestValue !== undefined)
      reading.warn(
        `${reading.nameOf([section, at, 'preserveRequestValue'])} means nothing: answers have no such value`,
      );
  });
  return headers.map((header, at) => ruleOf(header, [section, at], reading));
}

function ruleOf(header: AlphaHeader, path: Path, reading: AlphaReading): HeaderRule {
  const { name = '', values = [], preserveRequestValue = false, InsecureSkipHeaderNormalization = false } = header;
  checkName(name, path, reading);
  return {
    name,
    values: values.flatMap((value, at) => valueOf(value, [...path, 'values', at], reading)),
    preserves: preserveRequestValue,
    isExact: InsecureSkipHeaderNormalization,
  };
}

/** They belong to one connection or one message, and are made anew for each (RFC 9110 §7.6.1, RFC 9112 §6). */
const framing: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

function checkName(name: string, path: Path, { problem }: AlphaReading): void {
  const at = [...path, 'name'];
  if (name === '') problem(path, 'needs a name', 'name: X-Forwarded-User');
  else if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) problem(at, `"${name}" is no name of a header (RFC 9110 section 5.1)`);
  else if (framing.has(name.toLowerCase())) {
    const remedy = name.toLowerCase() === 'host' ? 'passHostHeader of an upstream decides about it' : undefined;
    problem(at, `"${name}" cannot be set: it belongs to the connection`, remedy);
  }
}

type AlphaValue = NonNullable<AlphaHeader['values']>[number];

/** Nothing where there is a problem. */
function valueOf({ secretSource, claimSource }: AlphaValue, path: Path, reading: AlphaReading): readonly HeaderValue[] {
  if ((secretSource === undefined) === (claimSource === undefined)) {
    const what = secretSource === undefined ? 'needs a secretSource or a claimSource' : 'has two sources';
    reading.problem(path, what, secretSource === undefined ? undefined : 'make them two values');
    return [];
  }
  if (secretSource !== undefined) {
    const text = secretText(secretSource, [...path, 'secretSource'], reading);
    return text === undefined ? [] : [{ kind: 'secret', text }];
  }
  const { claim = '', prefix, basicAuthPassword } = claimSource ?? {};
  if (claim === '') reading.problem([...path, 'claimSource'], 'needs a claim', 'claim: email');
  const password =
    basicAuthPassword && secretText(basicAuthPassword, [...path, 'claimSource', 'basicAuthPassword'], reading);
  return [{ kind: 'claim', claim, prefix, basicAuthPassword: password }];
}
