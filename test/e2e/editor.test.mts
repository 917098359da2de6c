import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, selectors, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, ensureChromium } from '../../scripts/browser.mts';
import { EXAMPLE_NODES } from '../../scripts/example-workflow.mts';
import { ARTEFACTS_DIRECTORY } from '../../scripts/pack.mts';
import { startRealN8n, WORKFLOW_ID, type RealN8n } from './real-n8n.mts';

jest.setTimeout(180_000);

const SCREENSHOTS = join(ARTEFACTS_DIRECTORY, 'screenshots');

describe("n8n's editor", () => {
	let real: RealN8n | undefined;
	let browser: Browser | undefined;
	let page: Page;

	beforeAll(async () => {
		await mkdir(SCREENSHOTS, { recursive: true });
		real = await startRealN8n({});
		selectors.setTestIdAttribute('data-test-id');
		browser = await chromium.launch({
			executablePath: await ensureChromium(),
			args: CHROMIUM_FLAGS,
		});
		page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
		await page.goto(`${real.rest.url}/signin`);
		await page.locator('input[name=emailOrLdapLoginId]').fill(real.owner.email);
		await page.locator('input[name=password]').fill(real.owner.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
		await page.goto(`${real.rest.url}/workflow/${WORKFLOW_ID}`);
	});

	afterAll(async () => {
		await browser?.close();
		await real?.close();
	});

	it('shows the workflow with no node unknown and none marked with an issue', async () => {
		const nodes = page.getByTestId('canvas-node');
		await nodes.nth(3).waitFor();
		await page.screenshot({ path: join(SCREENSHOTS, 'workflow.png') });

		expect(await nodes.count()).toBe(4);
		expect(await page.getByTestId('node-not-installed').count()).toBe(0);
		expect(await page.getByTestId('node-issues').count()).toBe(0);
		const icon = nodes.filter({ hasText: EXAMPLE_NODES.generate }).locator('img');
		expect(await icon.getAttribute('src')).toContain('/icons/n8n-nodes-magic-hour/');
	});

	it("opens the node's form", async () => {
		await page.getByTestId('canvas-node').filter({ hasText: EXAMPLE_NODES.generate }).dblclick();
		const form = page.getByTestId('node-parameters');
		await form.waitFor();
		await page.screenshot({ path: join(SCREENSHOTS, 'image-to-video-node.png') });

		const labels = await form.getByTestId('input-label').allInnerTexts();
		for (const label of ['Model', 'Duration', 'Resolution', 'Prompt']) {
			expect(labels).toContainEqual(expect.stringContaining(label));
		}
		// What the menus show comes from the package's own code, running in n8n.
		await expect(
			form.getByTestId('parameter-input-duration').locator('input').inputValue(),
		).resolves.toBe('5 s');
		await expect(
			form.getByTestId('parameter-input-resolution').locator('input').inputValue(),
		).resolves.toBe('720p');
		expect(await page.getByTestId('parameter-issues').count()).toBe(0);
	});
});
