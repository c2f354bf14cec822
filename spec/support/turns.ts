/** Lets the event loop go round a few times: what has not happened by then was not under way. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
