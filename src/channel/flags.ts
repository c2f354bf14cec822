/** Flags of Node that say what is to be run, or debugged: a child has a program of its own, and the port is taken. */
const own =
  /^(-[epic]|-pe|--(eval|print|interactive|check|input-type|inspect|inspect-[a-z-]+|debug-port|test|test-[a-z-]+|watch|watch-[a-z-]+))(=|$)/;
const followedByValue = /^(-e|-p|-pe|--eval|--print|--input-type|--inspect-port|--debug-port|--watch-path)$/;

/** The host's flags, as far as a worker should have them too. */
export function inheritedFlags(flags: readonly string[] = process.execArgv): string[] {
  return flags.filter((flag, i) => !own.test(flag) && !followedByValue.test(flags[i - 1] ?? ''));
}
