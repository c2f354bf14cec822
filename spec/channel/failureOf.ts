import { lastValueFrom, type Observable, toArray } from 'rxjs';

/** The error that ends `output`. Rejects when it completes. */
export async function failureOf(output: Observable<unknown>): Promise<unknown> {
  let results: unknown[];
  try {
    results = await lastValueFrom(output.pipe(toArray()));
  } catch (error) {
    return error;
  }
  throw new Error(`It completed, with ${JSON.stringify(results)}`);
}
