/** Flags of Node that say what is to be run, or debugged: a child has a program of its own, and the port is taken. */
const own =
  /^(-[epic]|-pe|--(eval|print|interactive|check|input-type|inspect|inspect-[a-z-]+|debug-port|test|test-[a-z-]+|watch|watch-[a-z-]+))(=|$)/;
const followedByValue = /^(-e|-p|-pe|--eval|--print|--input-type|--inspect-port|--debug-port|--watch-path)$/;

/** The host's flags, as far as a worker should have them too. */
export function inheritedFlags(flags: readonly string[] = process.execArgv): string[] {
  return flags.filter((flag, i) => !own.test(flag) && !followedByValue.test(flags[i - 1] ?? ''));
}

const loads = /^(-r|-C|--(require|import|loader|experimental-loader|conditions))(=|$)/;

/**
 * What a thread is to have instead of the host's flags, which it has of itself: Node refuses a file to a thread of a host that
 * was given `--input-type`, for `--eval` or stdin. Then those that say how modules are loaded; a thread takes few others.
 */
export function flagsOfThread(flags: readonly string[] = process.execArgv): string[] | undefined {
  if (!flags.some((flag) => /^--input-type(=|$)/.test(flag))) return undefined;
  return flags.filter((flag, i) => loads.test(flag) || loads.exec(flags[i - 1] ?? '')?.[3] === '');
}
