/** Which commit this one is compared with, and a copy of it that runs the benchmarks of this one. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What decides how fast it is. */
const WHAT_COUNTS = ['src', 'tsconfig.json', 'rollup.config.js'];

export type Base =
  | { readonly commit: string; readonly title: string }
  /** There is nothing to compare with, and that is fine. */
  | { readonly why: string };

/**
 * What was asked for; else the last commit, when what is here differs from it; else the one before.
 * @param root of the working tree
 * @param asked a commit, by any name of git's: the last release, say
 */
export async function baseOf(root: string, asked?: string): Promise<Base> {
  const git = gitIn(root);
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD');
  if (head === undefined) return { why: 'this is no clone of a git repository' };
  const name = asked ?? ((await isChangedSince('HEAD')) ? 'HEAD' : 'HEAD^');
  const commit = await git('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  if (commit === undefined) {
    return {
      why: `there is no ${name} here: the first commit, or a clone without history (git fetch --deepen 1)`,
    };
  }
  const title = (await git('log', '-1', '--format=%h %s', commit)) ?? commit;
  if (!(await isChangedSince(commit))) return { why: `the code is that of ${title}` };
  return { commit, title };

  async function isChangedSince(commit: string): Promise<boolean> {
    return (await git('diff', '--quiet', commit, '--', ...WHAT_COUNTS)) === undefined;
  }
}

export interface Copy {
  /** The measurement's program of this build, beside that commit's library. */
  readonly program: string;
  remove(): Promise<void>;
}

/** Checks that commit out, builds it with the dependencies that are installed here, and puts this build's benchmarks beside it. */
export async function copyOf(root: string, commit: string): Promise<Copy> {
  const folder = join(await realpath(await mkdtemp(join(tmpdir(), 'looppool-guard-'))), 'base');
  const remove = async () => {
    await run('git', ['worktree', 'remove', '--force', folder], { cwd: root }).catch(() => {});
    await rm(join(folder, '..'), { recursive: true, force: true });
  };
  try {
    await run('git', ['worktree', 'add', '--detach', folder, commit], { cwd: root });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await run('npm', ['run', '--silent', 'build'], { cwd: folder });
    await cp(join(root, 'build/bench'), join(folder, 'build/bench'), { recursive: true });
  } catch (error) {
    await remove();
    throw error;
  }
  return { program: join(folder, 'build/bench/measure.js'), remove };
}

/** Git's answer, or undefined where it says no. */
const gitIn =
  (cwd: string) =>
  async (...args: string[]): Promise<string | undefined> => {
    try {
      return (await run('git', args, { cwd })).stdout.trim();
    } catch {
      return undefined;
    }
  };
