import { CommandError, need } from './usage';

/** `backup FILE`: the backend's database as one file. */
export async function backUp(path?: string): Promise<void> {
  const file = need(path, 'FILE to write the backup to');
  // Loaded here: no other command needs a database.
  const { runBackup } = await import('../server/backup/run-backup');
  const rows = await runBackup(process.env, file).catch(fail);
  process.stdout.write(`${file}: ${rows} rows\n`);
}

/** `restore FILE`: an empty database filled from a backup. */
export async function restore(path?: string): Promise<void> {
  const file = need(path, 'FILE with the backup');
  const { runRestore } = await import('../server/backup/run-backup');
  const rows = await runRestore(process.env, file).catch(fail);
  process.stdout.write(`${file}: ${rows} rows restored\n`);
}

/** A server that does not answer is tried at several addresses, each with a reason of its own. */
function fail(error: unknown): never {
  const errors = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  throw new CommandError(errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; '));
}
