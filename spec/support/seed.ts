/** The properties draw the same scenes in every run, so that a run tells of its change alone. Others: `SEED=2 npm test`. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SEED ?? 1) });
