/** Sentry for one worker. It is no part of the work: a DSN that is wrong is logged, and the work goes on. */
import * as sentry from '@sentry/node';

export interface ErrorSink {
  capture(error: unknown): void;
  flush(): Promise<unknown>;
}

const nowhere: ErrorSink = { capture: () => {}, flush: async () => {} };

/** What stands for Sentry's server where there is no DSN. */
const LOCAL_DSN = 'http://demo@127.0.0.1/1';

/** @param local is called with each event, where there is no DSN and so no server */
export function sentryFor(worker: string, dsn: string | undefined, local: () => void): ErrorSink {
  try {
    const client = sentry.init({
      dsn: dsn || LOCAL_DSN,
      defaultIntegrations: false,
      serverName: worker,
      ...(!dsn && { transport: () => transportTo(local) }),
    });
    if (!client?.getDsn()) throw new TypeError(`${dsn} is no DSN`);
    sentry.setTag('worker', worker);
    return { capture: (error) => void sentry.captureException(error), flush: () => sentry.flush(2000) };
  } catch (error) {
    console.error(`${worker}: no Sentry, and on with the work: ${(error as Error).message}`);
    return nowhere;
  }
}

function transportTo(local: () => void) {
  return {
    send: async () => {
      local();
      return {};
    },
    flush: async () => true,
  };
}
