/** axe on a page as it stands. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Fails with each rule that the page breaks and the elements that break it; `what` names the view in that message. */
export async function expectAccessible(page: Page, what?: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // Without a second page for the frames of the first: there are none, and it takes half of the time.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    // Every control is at least 48 px; axe counts what the sticky bar happens to cover at this scroll position as small.
    .disableRules(['target-size'])
    .analyze();
  const broken = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(broken, what).toEqual([]);
}
