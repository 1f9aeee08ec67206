// What may the structured configuration hold? Strict: what is unknown, or of another type, is refused.
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { rows, type Row } from './options.ts';

const text = z.string();
const yes = z.boolean();

/** The reference's own conversion prints secrets as lists of bytes. */
const bytes = z.array(z.int().min(0).max(255)).transform((list) => Buffer.from(list).toString());

export const secretSource = z.strictObject({
  value: z.union([text, bytes], { error: 'must be a text' }).optional(),
  fromEnv: text.optional(),
  fromFile: text.optional(),
});
export type SecretSource = z.infer<typeof secretSource>;

const claimSource = z.strictObject({
  claim: text.optional(),
  prefix: text.optional(),
  basicAuthPassword: secretSource.optional(),
});

const header = z.strictObject({
  name: text.optional(),
  preserveRequestValue: yes.optional(),
  InsecureSkipHeaderNormalization: yes.optional(),
  values: z
    .array(z.strictObject({ secretSource: secretSource.optional(), claimSource: claimSource.optional() }))
    .optional(),
});
export type AlphaHeader = z.infer<typeof header>;

/** reference: a text with its unit, seconds with a fraction, or whole nanoseconds */
const duration = z.union(
  [
    text.transform((written, context) => {
      const value = parseDuration(written);
      if (value === undefined) context.addIssue({ code: 'custom', message: 'no duration' });
      return value ?? z.NEVER;
    }),
    z.number().transform((value) => (Number.isInteger(value) ? value / 1e6 : value * 1_000)),
  ],
  { error: 'must be a duration such as 15m or 1h30m, with its unit (h, m, s, ms)' },
);

const upstream = z.strictObject({
  id: text.optional(),
  path: text.optional(),
  rewriteTarget: text.optional(),
  uri: text.optional(),
  insecureSkipTLSVerify: yes.optional(),
  static: yes.optional(),
  staticCode: z.int().optional(),
  flushInterval: duration.optional(),
  passHostHeader: yes.optional(),
  proxyWebSockets: yes.optional(),
  timeout: duration.optional(),
  disableKeepAlives: yes.optional(),
});
export type AlphaUpstream = z.infer<typeof upstream>;

const loginParameter = z.strictObject({
  name: text.optional(),
  default: z.array(text).optional(),
  allow: z.array(z.strictObject({ value: text.optional(), pattern: text.optional() })).optional(),
});
export type AlphaLoginParameter = z.infer<typeof loginParameter>;

/** Fields of a section that stand for an option each, by their path in it. */
type Fields = { readonly [name: string]: z.ZodType | Fields };

/** The rows whose option has a field of its own below `section`. */
export function fieldsOf(section: string): readonly (readonly [path: readonly string[], row: Row])[] {
  return rows.flatMap((row) => {
    const [first, ...path] = row.alpha?.split('.') ?? [];
    return first === section ? [[path, row] as const] : [];
  });
}

function schemaOf(section: string, more: Fields = {}): z.ZodType<Readonly<Record<string, unknown>>> {
  const fields: Record<string, z.ZodType | Fields> = { ...more };
  for (const [path, row] of fieldsOf(section)) {
    const [first = '', second] = path;
    const schema = isSecretSource(row) ? secretSource : plain(row);
    fields[first] = second === undefined ? schema : { ...(fields[first] as Fields | undefined), [second]: schema };
  }
  return strict(fields);
}

function strict(fields: Fields): z.ZodType<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(fields).map(
    ([name, field]) => [name, (field instanceof z.ZodType ? field : strict(field)).optional()] as const,
  );
  return z.strictObject(Object.fromEntries(entries));
}

/** A certificate and its key may be written in place. */
export function isSecretSource({ alpha }: Row): boolean {
  return /\.tls\.(?:cert|key)$/.test(alpha ?? '');
}

/** Types are exact here (reference: no weak decoding); what the values mean the option knows. */
function plain({ kind }: Row): z.ZodType {
  if (kind.isList) return z.array(text);
  return kind.label === 'true/false' ? yes : text;
}

export const alphaFile = z.strictObject({
  upstreamConfig: z.strictObject({ proxyRawPath: yes.optional(), upstreams: z.array(upstream).optional() }).optional(),
  injectRequestHeaders: z.array(header).optional(),
  injectResponseHeaders: z.array(header).optional(),
  server: schemaOf('server').optional(),
  metricsServer: schemaOf('metricsServer').optional(),
  providers: z
    .array(
      schemaOf('providers', {
        id: text,
        additionalClaims: z.array(text),
        loginURLParameters: z.array(loginParameter),
        ADFSConfig: z.strictObject({ skipScope: yes.optional() }),
      }),
    )
    .optional(),
});
export type AlphaFile = z.infer<typeof alphaFile>;

/** For values of `providers[0].loginURLParameters`, whose schema has judged them. */
export function loginParametersIn(provider: Readonly<Record<string, unknown>>): readonly AlphaLoginParameter[] {
  return z.array(loginParameter).parse(provider['loginURLParameters'] ?? []);
}

export function additionalClaimsIn(provider: Readonly<Record<string, unknown>>): readonly string[] {
  return z.array(text).parse(provider['additionalClaims'] ?? []);
}

/** Every name of a field: keys count in any case (reference: mapstructure). */
export const fieldNames: readonly string[] = [
  ...new Set([
    ...['upstreamConfig', 'injectRequestHeaders', 'injectResponseHeaders', 'server', 'metricsServer', 'providers'],
    ...['proxyRawPath', 'upstreams', 'secretSource', 'claimSource', 'id', 'additionalClaims', 'loginURLParameters'],
    ...['ADFSConfig', 'skipScope', 'tls'],
    ...[secretSource, claimSource, header, upstream, loginParameter].flatMap(({ shape }) => Object.keys(shape)),
    ...['pattern'],
    ...rows.flatMap(({ alpha }) => alpha?.split('.') ?? []),
  ]),
];
