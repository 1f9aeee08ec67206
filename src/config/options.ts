// THE TABLE: what can an operator say? Flags, keys, variables, defaults, --help and the option reference derive from it.
import type { z } from 'zod';
import { defaultOf, envOf, keyOf } from './option.ts';
import type { Option } from './option.ts';
import { generalOptions, logOptions, serverOptions } from './options-process.ts';
import { providerOptions } from './options-provider.ts';
import { cookieOptions, sessionOptions } from './options-session.ts';
import { signOutOptions } from './options-sign-out.ts';
import { headerOptions, pageOptions, policyOptions, requestOptions, upstreamOptions } from './options-site.ts';
import { workerOptions } from './options-workers.ts';

export const options = {
  general: generalOptions,
  provider: providerOptions,
  signOut: signOutOptions,
  cookie: cookieOptions,
  session: sessionOptions,
  policy: policyOptions,
  header: headerOptions,
  request: requestOptions,
  upstream: upstreamOptions,
  page: pageOptions,
  server: { ...serverOptions, ...workerOptions },
  log: logOptions,
} as const satisfies Record<string, Record<string, Option>>;

type Table = typeof options;
export type Group = keyof Table;
type ValueOf<O> = O extends { readonly kind: { readonly schema: infer Schema extends z.ZodType } }
  ? z.output<Schema>
  : never;
type ValuesOf<Rows> = { readonly [Name in keyof Rows]: ValueOf<Rows[Name]> };

/** What the operator wants, by the part that reads it. Durations are milliseconds; unset texts are empty. */
export type Config = { readonly [Name in Group]: ValuesOf<Table[Name]> };

type FlagOf<O> = O extends { readonly flag: infer Name extends string } ? Name : never;
type FlagsOf<Rows> = FlagOf<Rows[keyof Rows]>;
export type Flag = { [Name in Group]: FlagsOf<Table[Name]> }[Group];

/** An option together with its place in `Config` and its names elsewhere. */
export interface Row extends Option {
  readonly flag: Flag;
  readonly group: Group;
  readonly property: string;
  readonly configKey: string | undefined;
  readonly env: string | undefined;
  readonly defaultText: string;
}

export const rows: readonly Row[] = Object.entries(options).flatMap(([group, members]) =>
  Object.entries<Option>(members).map(([property, option]) => rowOf(group as Group, property, option)),
);

function rowOf(group: Group, property: string, option: Option): Row {
  const configKey = keyOf(option);
  const env = configKey === undefined ? undefined : envOf(configKey);
  // The entries of a literal table have its literal flags; Object.entries cannot say so.
  return { ...option, flag: option.flag as Flag, group, property, configKey, env, defaultText: defaultOf(option) };
}

const byFlag: ReadonlyMap<string, Row> = new Map(rows.map((row) => [row.flag, row]));

export function rowOfFlag(flag: string): Row | undefined {
  return byFlag.get(flag);
}
