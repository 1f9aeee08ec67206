// How do the options about headers read in the structured form?
import type { HeaderRule, HeaderValue } from './header-rule.ts';
import { legacyHeaders } from './legacy-headers.ts';
import type { Config } from './options.ts';
import type { Given } from './sources.ts';

/** What will be YAML; a function gives a text that is written as it is. */
export type Tree =
  string | number | boolean | undefined | (() => string) | readonly Tree[] | { readonly [name: string]: Tree };

/** `password` is where --basic-auth-password comes from. */
export function alphaHeadersOf({ header }: Config, password: Given | undefined): Record<string, Tree> {
  const { request, response } = legacyHeaders(header);
  const source = sourceOf(header.basicAuthPassword, password);
  return {
    injectRequestHeaders: request.map((rule) => headerOf(rule, source)),
    injectResponseHeaders: response.map((rule) => headerOf(rule, source)),
  };
}

function headerOf({ name, preserves, values }: HeaderRule, source: Tree): Tree {
  return {
    name,
    preserveRequestValue: preserves || undefined,
    values: values.map((value) => valueOf(value, source)),
  };
}

function valueOf(value: HeaderValue, source: Tree): Tree {
  if (value.kind === 'secret') return { secretSource: { value: value.text } };
  const { claim, prefix, basicAuthPassword } = value;
  return {
    claimSource: { claim, prefix, basicAuthPassword: basicAuthPassword === undefined ? undefined : source },
  };
}

function sourceOf(value: string, given: Given | undefined): Tree {
  if (given?.source === 'environment' || given?.source === 'forgiven') return { fromEnv: given.writtenAs };
  return given?.source === 'secret-file' ? { fromFile: String(given.raw) } : { value };
}
