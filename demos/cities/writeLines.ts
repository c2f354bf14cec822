import { createWriteStream } from 'node:fs';
import { hold, pause } from 'looppool';
import type { Observable } from 'rxjs';

/**
 * Writes lines to a file, no faster than the disk takes them: a line counts as done once it is written, and while the file's
 * buffer is full nobody up the stream sends another. Resolves when the last line is written.
 */
export function writeLines(lines: Observable<string>, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(path);
    const subscription = lines.subscribe({
      next(line) {
        const hasRoom = file.write(line, hold());
        if (!hasRoom) file.once('drain', pause());
      },
      error(error) {
        file.destroy();
        reject(error);
      },
      complete() {
        file.end(resolve);
      },
    });
    file.on('error', (error) => {
      subscription.unsubscribe();
      reject(error);
    });
  });
}
