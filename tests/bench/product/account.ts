/** The first account of a server of the bench's own, made by the code on its console. */
import type { Page } from 'playwright';
import type { OwnSite } from './site';

const patienceMs = 30_000;
const lookMs = 100;

export const first = { name: 'Bench', password: 'a long word for the bench only' };

/** The code by which the first account is made, once the server has printed it. */
export async function readFirstCode({ output }: OwnSite): Promise<string> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookMs) {
    const code = /enter this code: (\S+)/.exec(output())?.[1];
    if (code !== undefined) return code;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  throw new Error(`The server printed no code within ${patienceMs / 1000} s`);
}

/** Makes it on the page `/account`, which is shown, and is signed in with that. */
export async function signInFirst(page: Page, site: OwnSite): Promise<void> {
  await page.getByLabel('Code').fill(await readFirstCode(site), { timeout: patienceMs });
  await page.getByLabel('Name', { exact: true }).fill(first.name);
  await page.getByLabel('New password').fill(first.password);
  await page.getByRole('button', { name: 'Become the administrator' }).click();
}
