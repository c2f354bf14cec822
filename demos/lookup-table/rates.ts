/** What one unit of each currency is worth, at one time. */
export interface Rates {
  /** Counts the tables, from 1. */
  readonly version: number;
  readonly worth: ReadonlyMap<string, number>;
}

export const currencies = ['CHF', 'DKK', 'EUR', 'GBP', 'JPY', 'NOK', 'PLN', 'SEK', 'USD'];
