import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, ensureChromium } from './browser.mts';
import type { N8nOwner } from './n8n-rest.mts';

/** Milliseconds for one step of a person: machines may have other things to do. */
const PATIENCE_MS = 60_000;

interface EditorOptions {
	/** Of a running n8n. */
	readonly url: string;
	readonly owner: N8nOwner;
	/** n8n follows what the system prefers. */
	readonly dark?: boolean;
}

/** What n8n lays over the canvas. */
const NOT_THE_CANVAS = [
	'[data-test-id=canvas-background]',
	'[data-test-id=canvas-controls]',
	'div:has([data-test-id=radio-button-executions]):not(:has([data-test-id=canvas]))',
	'[data-test-id=workflow-chat-button]',
	'[data-test-id=execute-workflow-button]',
	'[data-test-id=node-creator-plus-button]',
	'[data-test-id=command-bar-button]',
	'[data-test-id=add-sticky-button]',
	'[data-test-id=toggle-focus-panel-button]',
	'[data-test-id=instance-ai-canvas-action-button]',
	'.el-notification',
];

/** How the trigger begins in the node creator, which leaves the word "Trigger" out. */
export const TRIGGER_ENTRY = 'Starts the workflow when Magic Hour';

/** n8n's editor in a real Chromium, and what a person does there. Every step waits until it can be done. */
export class EditorPage {
	private constructor(
		readonly page: Page,
		private readonly browser: Browser,
		private readonly url: string,
	) {}

	/** Starts Chromium and signs in. */
	static async open({ url, owner, dark = false }: EditorOptions): Promise<EditorPage> {
		selectors.setTestIdAttribute('data-test-id');
		const browser = await chromium.launch({
			executablePath: await ensureChromium(),
			args: CHROMIUM_FLAGS,
		});
		try {
			const page = await browser.newPage({
				viewport: { width: 1440, height: 1000 },
				colorScheme: dark ? 'dark' : 'light',
				reducedMotion: 'reduce',
			});
			page.setDefaultTimeout(PATIENCE_MS);
			page.setDefaultNavigationTimeout(PATIENCE_MS);
			await page.goto(`${url}/signin`);
			await page.locator('input[name=emailOrLdapLoginId]').fill(owner.email);
			await page.locator('input[name=password]').fill(owner.password);
			await page.getByRole('button', { name: 'Sign in' }).click();
			await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
			return new EditorPage(page, browser, url);
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	/** A PNG of what is seen now, or of a part of it. */
	async picture(path: string, part?: Locator): Promise<void> {
		await mkdir(dirname(path), { recursive: true });
		await (part ?? this.page).screenshot({ path, animations: 'disabled' });
	}

	// The canvas

	/** An empty workflow. Loads the editor anew: nothing is left of what was there before. */
	async newWorkflow(): Promise<void> {
		await this.load('/workflow/new');
		await this.page.getByTestId('canvas-add-button').waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.load(`/workflow/${id}`);
		await this.nodes.first().waitFor();
	}

	/** The menu's "Import from file", into an empty workflow; resolves when so many nodes are on the canvas. */
	async importFile(path: string, count: number): Promise<void> {
		await this.newWorkflow();
		await this.page.getByTestId('workflow-import-input').setInputFiles(path);
		await this.nodes.nth(count - 1).waitFor();
	}

	/** Every node on the canvas, without the sticky notes. */
	get nodes(): Locator {
		return this.page.getByTestId('canvas-node');
	}

	node(name: string): Locator {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	}

	/** Names of the nodes on the canvas, sorted. */
	async nodeNames(): Promise<string[]> {
		return (await attributesOf(this.nodes, 'data-node-name')).sort();
	}

	/** Names of the nodes that n8n marks with an issue. */
	async markedNodes(): Promise<string[]> {
		const marked = this.nodes.filter({ has: this.page.getByTestId('node-issues') });
		return await attributesOf(marked, 'data-node-name');
	}

	/** What the connection to a node says after a run: "2 items". */
	async itemsTo(node: string): Promise<string> {
		const label = this.page.locator(`[data-test-id=edge-label][data-target-node-name="${node}"]`);
		return await label.innerText();
	}

	/** The Execute Workflow button; resolves when the run has ended, however it did. */
	async execute(): Promise<void> {
		const begun = this.page.waitForResponse(
			(response) => response.url().endsWith('/run') && response.request().method() === 'POST',
		);
		await this.page.getByTestId('execute-workflow-button').click();
		await begun;
		await this.page.getByTestId('stop-execution-button').waitFor({ state: 'detached' });
	}

	/** The "+" of the canvas, and a word in its search field. @returns the entries found */
	async searchNodes(word: string): Promise<Locator> {
		const creator = this.page.getByTestId('node-creator');
		const field = creator.getByTestId('node-creator-search-bar');
		if (!(await field.isVisible())) await this.page.getByTestId('node-creator-plus-button').click();
		await field.fill(word);
		return creator.getByTestId('item-iterator-item');
	}

	get canvas(): Locator {
		return this.page.getByTestId('canvas-wrapper');
	}

	/** The whole workflow in view, nothing selected, and no buttons over it. */
	async showCanvasOnly(): Promise<void> {
		await this.page.locator('.vue-flow__pane').click({ position: { x: 2, y: 2 } });
		await this.page.getByTestId('zoom-to-fit').click();
		await this.page.addStyleTag({
			content: `${NOT_THE_CANVAS.join(', ')} { visibility: hidden; }`,
		});
	}

	/**
	 * @param word what is typed in the search field
	 * @param entry something that its entry says
	 * @param action which of its actions, for a node that has several
	 */
	async addNode(word: string, entry: string, action?: string): Promise<void> {
		const found = await this.searchNodes(word);
		await found.filter({ hasText: entry }).first().click();
		if (action !== undefined) {
			await this.page.getByTestId('node-creator').getByText(action, { exact: true }).click();
		}
		await this.form.waitFor();
	}

	// The panel of a node

	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.form.waitFor();
	}

	async closeNode(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.form.waitFor({ state: 'hidden' });
	}

	/** Parameters or Settings. */
	async openTab(name: 'Parameters' | 'Settings'): Promise<void> {
		await this.page.getByTestId(name === 'Parameters' ? 'tab-params' : 'tab-settings').click();
	}

	get form(): Locator {
		return this.page.getByTestId('node-parameters');
	}

	/** Input, form and output. */
	get panel(): Locator {
		return this.page.getByTestId('ndv');
	}

	get input(): Locator {
		return this.page.getByTestId('ndv-input-panel');
	}

	get output(): Locator {
		return this.page.getByTestId('output-panel');
	}

	/** A field of the form, by its parameter's name. */
	field(name: string): Locator {
		return this.form.getByTestId(`parameter-input-${name}`);
	}

	/** Labels of the fields that are seen, in their order. */
	async labels(): Promise<string[]> {
		const labels = await this.form.getByTestId('input-label').filter({ visible: true }).all();
		const texts = await Promise.all(labels.map((label) => label.innerText()));
		return texts.map((text) => text.split('\n', 1).join('').trim());
	}

	/** Parameter names of the fields that n8n marks with an issue. */
	async marked(): Promise<string[]> {
		const marked = this.form.locator('[data-test-id^="parameter-input-"]', {
			has: this.page.getByTestId('parameter-issues'),
		});
		const ids = await attributesOf(marked, 'data-test-id');
		return ids.map((id) => id.replace('parameter-input-', ''));
	}

	/** What a field shows. */
	async shown(name: string): Promise<string> {
		return await this.field(name).locator('input').inputValue();
	}

	/** Turns a switch on or off. What has the role of one is an input without a size: n8n draws the switch beside it. */
	async toggle(name: string): Promise<void> {
		await this.field(name).locator('.el-switch__core').click();
	}

	/** Unfolds a trigger's addresses. @returns the one for production */
	async showProductionUrl(): Promise<Locator> {
		await this.form.getByText('Webhook URLs', { exact: true }).click();
		await this.form.getByText('Production URL', { exact: true }).click();
		const address = this.form.getByText(/^https?:.*\/webhook\//);
		await address.waitFor();
		return address;
	}

	/** The entries of a field's menu: it holds them also while it is closed. */
	async menu(name: string): Promise<string[]> {
		const id = await this.field(name).getByRole('combobox').getAttribute('aria-controls');
		return await this.page
			.locator(`[id="${id}"]`)
			.locator('[data-test-id=parameter-input-item] .option-headline')
			.allTextContents();
	}

	/** Resolves when a field's menu has come. */
	async menuLoaded(name: string): Promise<void> {
		const id = await this.field(name).getByRole('combobox').getAttribute('aria-controls');
		const entries = this.page.locator(`[id="${id}"] [data-test-id=parameter-input-item]`);
		await entries.first().waitFor({ state: 'attached' });
	}

	/** Opens a field's menu, as a person reads it. */
	async openMenu(name: string): Promise<Locator> {
		await this.field(name).getByRole('combobox').click();
		const entries = this.page.getByRole('option').filter({ visible: true });
		await entries.first().waitFor();
		return entries;
	}

	async closeMenu(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.page
			.getByRole('option')
			.filter({ visible: true })
			.first()
			.waitFor({ state: 'hidden' });
	}

	/** @param entry its text, or how it begins */
	async choose(name: string, entry: string | RegExp): Promise<void> {
		const entries = await this.openMenu(name);
		await entries.filter({ hasText: entry }).first().click();
	}

	/** The "Add …" button of a field that has groups of fields. */
	async addGroup(label: string): Promise<void> {
		await this.form.getByRole('button', { name: label }).click();
	}

	/** What is typed into a field of text. */
	async type(name: string, text: string): Promise<void> {
		await this.field(name).locator('input, textarea').fill(text);
	}

	/** Opens the list of a field that can be searched. @returns its entries */
	async openList(name: string): Promise<Locator> {
		await this.field(name).getByTestId('rlc-input').click();
		const entries = this.page.getByTestId('rlc-item').filter({ visible: true });
		await entries.first().waitFor();
		return entries;
	}

	async chooseFromList(name: string, entry: RegExp): Promise<void> {
		const entries = await this.openList(name);
		await entries.filter({ hasText: entry }).first().click();
		await entries.first().waitFor({ state: 'hidden' });
	}

	/** The Fixed | Expression switch, and what is typed then. */
	async typeExpression(name: string, expression: string): Promise<void> {
		await this.field(name).hover();
		await this.form
			.getByTestId(`${name}-parameter-input-options-container`)
			.getByTestId('radio-button-expression')
			.click();
		const editor = this.field(name)
			.getByTestId('inline-expression-editor-input')
			.locator('.cm-content');
		await editor.click();
		await this.page.keyboard.press('ControlOrMeta+A');
		// In one piece: typed key by key, the editor would close brackets by itself.
		await this.page.keyboard.insertText(expression);
	}

	/** The Binary tab of a panel, and its View button: shows the picture, or plays the video. */
	async viewFile(panel: Locator): Promise<void> {
		await panel.getByTestId('radio-button-binary').click();
		await panel.getByTestId('ndv-view-binary-data').click();
		await panel.locator('video, img[src*="binary-data"], embed').first().waitFor();
	}

	// The credential's dialog

	get credentialDialog(): Locator {
		return this.page.getByTestId('editCredential-modal');
	}

	/** A new one for the node whose panel is open. */
	async newCredential(): Promise<void> {
		await this.page.getByTestId('node-credentials-select').click();
		await this.page.getByTestId('node-credentials-select-item-new').click();
		await this.credentialDialog.waitFor();
	}

	/** The pencil; n8n tests the credential when it opens it. */
	async editCredential(): Promise<void> {
		await this.page.getByTestId('credential-edit-button').click();
		await this.credentialDialog.getByText('Connection tested successfully').waitFor();
	}

	private async load(path: string): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
	}
}

/** An attribute of every element, without waiting for any. */
async function attributesOf(elements: Locator, attribute: string): Promise<string[]> {
	return await elements.evaluateAll(
		(all: { getAttribute(name: string): string | null }[], name) =>
			all.map((element) => element.getAttribute(name) ?? ''),
		attribute,
	);
}
