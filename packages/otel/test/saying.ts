import { diag } from '@opentelemetry/api';

/** What is said while `act` runs. */
export async function saying(act: () => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  diag.setLogger({ error: say, warn: say, info: () => {}, debug: () => {}, verbose: () => {} });
  try {
    await act();
  } finally {
    diag.disable();
  }
  return said;
}
