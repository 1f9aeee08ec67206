// With which flags does the service of this container run? A health check starts with the environment alone.

/**
 * From /proc/1/cmdline, where words end in NUL: what follows our program, also behind an init such as docker's --init.
 * Empty where process 1 is something else.
 */
export function serviceArguments(commandLine: string): readonly string[] {
  const words = commandLine.split('\0').slice(0, -1);
  const program = words.findIndex((word) => /(^|\/)main\.[jt]s$/.test(word));
  return program < 0 ? [] : words.slice(program + 1);
}
