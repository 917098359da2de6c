import {
	durationsOf,
	MODELS,
	resolveModel,
	RESOLUTIONS,
	resolutionsOf,
} from '../../../nodes/shared/models/catalogue.ts';
import { TRIGGER_ENTRY } from '../../../tools/n8n/editor-page.mts';
import {
	chain,
	generate,
	manualTrigger,
	GENERATE,
	readImage,
} from '../../../tools/n8n/lab-workflow.mts';
import {
	eventually,
	itPictured,
	useEditorLab,
	type EditorLab,
} from '../../support/e2e/editor-lab.mts';
import {
	DEFAULTS,
	entryOf,
	fieldLabels,
	resolutionsIn,
	secondsIn,
} from '../../support/e2e/video-form.mts';

const NODE = 'Magic Hour Image To Video';
const lab = useEditorLab();

/** The fields of each operation, in their order; Generate is left for what comes after. */
const FIELDS = {
	Get: [
		'Project ID',
		'Wait for Completion',
		'Download Video',
		'Put Output File in Field',
		'Options',
	],
	Delete: ['Project ID'],
	'Upload Image': ['Input Binary Field'],
	'Estimate Credits': ['Model', 'Duration Name or ID', 'Resolution Name or ID', 'Audio', 'Options'],
	Generate: [
		'Image From',
		'Input Binary Field',
		'Model',
		'Duration Name or ID',
		'Resolution Name or ID',
		'Audio',
		'Prompt',
		'End Image From',
		'Project Name',
		'Wait for Completion',
		'Download Video',
		'Put Output File in Field',
		'Options',
	],
};

describe('the node creator', () => {
	beforeAll(async () => {
		const { editor } = lab();
		await editor.newWorkflow();
	});

	itPictured('finds the node by what people type', lab, async ({ editor }) => {
		for (const word of ['image to video', 'magic hour', 'animate', 'veo', 'kling']) {
			const found = (await editor.searchNodes(word)).filter({ hasText: NODE });
			await found.waitFor();
		}
	});

	itPictured('adds the node, with its form open', lab, async ({ editor }) => {
		await editor.addNode('image to video', NODE, 'Generate a video from an image');

		await expect(editor.shown('operation')).resolves.toBe('Generate');
		const icon = editor.node(GENERATE).locator('img').first();
		await expect(icon.getAttribute('src')).resolves.toContain('/icons/n8n-nodes-magic-hour/');
	});
});

describe("the credential's dialog", () => {
	itPictured(
		'shows a key that is not accepted in red, and says what to do',
		lab,
		async (opened) => {
			const { editor, api } = opened;
			await editor.page.getByTestId('node-credentials-select').click();
			await editor.page.getByTestId('node-credentials-select-item-new').click();
			await fillCredential(opened, 'mhk_live_00000000000000000000000000000000', api.url);

			await editor.page.getByText('Couldn’t connect with these settings').waitFor();
			await editor.page.getByText('More details').click();
			await editor.page
				.getByText('Magic Hour did not accept this API key. Create a new one in the Developer Hub')
				.waitFor();
		},
	);

	itPictured('shows a good key in green', lab, async (opened) => {
		const { editor, api } = opened;
		await fillCredential(opened, api.keys.pro, api.url);
		// n8n closes the dialog of a new credential that is good.
		await editor.page.getByText('Credential saved').waitFor();
		await editor.editCredential();

		// The key is not shown to whoever opens the dialog.
		const key = editor.credentialDialog.getByTestId('parameter-input-apiKey').locator('input');
		await expect(key.inputValue()).resolves.not.toContain(api.keys.pro);
		await expect(key.getAttribute('type')).resolves.toBe('password');
	});
});

async function fillCredential({ editor }: EditorLab, key: string, url: string): Promise<void> {
	await editor.credentialDialog.getByTestId('parameter-input-apiKey').locator('input').fill(key);
	await editor.credentialDialog.getByTestId('parameter-input-baseUrl').locator('input').fill(url);
	await editor.credentialDialog.getByTestId('credential-save-button').click();
}

describe('the form', () => {
	beforeAll(async () => {
		const opened = lab();
		const { editor, executions } = opened;
		const nodes = [manualTrigger, readImage(opened), generate(opened, DEFAULTS)];
		await editor.openWorkflow(await executions.createWorkflow(chain('Form', nodes)));
		await editor.openNode(GENERATE);
	});

	itPictured("has the default's fields, none of them marked", lab, async ({ editor }) => {
		await eventually(async () => {
			expect(await editor.shown('duration')).toMatch(/^5 s/);
			expect(await editor.shown('resolution')).toMatch(/^720p/);
			expect(await secondsIn(editor.menu('duration'))).toEqual(
				durationsOf(resolveModel('default').models),
			);
			expect(await resolutionsIn(editor.menu('resolution'))).toEqual(
				resolutionsOf(resolveModel('default').models),
			);
			expect(await editor.labels()).toEqual(
				expect.arrayContaining([
					...['Model', 'Audio', 'Prompt', 'End Image From', 'Wait for Completion'],
				]),
			);
			expect(await editor.marked()).toEqual([]);
		});
	});

	for (const [operation, fields] of Object.entries(FIELDS)) {
		itPictured(`has the fields of ${operation}, and no others`, lab, async ({ editor }) => {
			await editor.choose('operation', new RegExp(`^\\s*${operation}`));

			await eventually(async () => {
				expect(await fieldLabels(editor)).toEqual(fields);
			});
		});
	}

	itPictured('has no field for a file where nobody waits for it', lab, async ({ editor }) => {
		await editor.toggle('waitForCompletion');
		await eventually(async () => {
			expect(await fieldLabels(editor)).toEqual(
				FIELDS.Generate.filter((each) => !/Download Video|Output File/.test(each)),
			);
		});
		await editor.toggle('waitForCompletion');
	});

	for (const model of MODELS) {
		itPictured(`follows ${model.id}`, lab, async ({ editor }) => {
			await editor.chooseFromList('model', entryOf(model.name));

			await eventually(async () => {
				expect(await secondsIn(editor.menu('duration'))).toEqual(model.durations);
				expect(await resolutionsIn(editor.menu('resolution'))).toEqual(model.resolutions);
				const labels = await editor.labels();
				expect(labels.includes('Audio')).toBe(model.audio !== 'none');
				expect(labels.includes('End Image From')).toBe(model.endImage !== undefined);
				// Kept, or marked: 5 s and 720p, which were chosen before.
				expect(await editor.marked()).toEqual([
					...(model.durations.includes(5) ? [] : ['duration']),
					...(model.resolutions.includes('720p') ? [] : ['resolution']),
				]);
			});
			await expect(editor.shown('duration')).resolves.toMatch(/^5( |$)/);
			await expect(editor.shown('resolution')).resolves.toMatch(/^720p/);
		});
	}
});

describe('what the menus say', () => {
	itPictured('of a model is what it is best for', lab, async ({ editor }) => {
		const entries = await editor.openList('model');
		// Until the list has come, what is chosen is its only entry.
		await eventually(async () => {
			const texts = (await entries.allInnerTexts()).map((text) => text.trim());
			for (const { name, bestFor, legacy } of MODELS) {
				expect(texts).toContain(`${name}${legacy ? ' (Legacy)' : ''} · ${bestFor}`);
			}
			expect(texts).toHaveLength(1 + MODELS.length);
		});
		await editor.page.keyboard.press('Escape');
	});

	itPictured('of a duration is its price, following resolution and audio', lab, async (opened) => {
		const { editor } = opened;
		await editor.chooseFromList('model', entryOf('Veo 3.1 Lite'));
		await eventually(async () => {
			expect(await editor.menu('duration')).toContain('8 s · 384 credits');
		});
		await editor.choose('duration', /^8 s/);
		await eventually(async () => {
			expect(await editor.marked()).toEqual([]);
			expect(await editor.menu('resolution')).toEqual([
				'720p · 384 credits',
				'1080p · 576 credits',
			]);
		});

		await editor.choose('resolution', /^1080p/);
		await eventually(async () => {
			expect(await editor.shown('duration')).toBe('8 s · 576 credits');
		});
		await editor.toggle('audio');
		await eventually(async () => {
			expect(await editor.shown('duration')).toBe('8 s · 768 credits');
			expect(await editor.shown('resolution')).toBe('1080p · 768 credits');
		});
		const entries = await editor.openMenu('duration');
		expect(await entries.allInnerTexts()).toEqual(
			[4, 6, 8, 16, 24, 32, 40, 48, 56].map((each) => `${each} s · ${each * 96} credits`),
		);
	});
});

describe('another model', () => {
	itPictured('keeps what it makes, and marks what it does not', lab, async ({ editor }) => {
		await editor.closeMenu();
		await editor.chooseFromList('model', entryOf('Sora 2'));
		await eventually(async () => {
			expect(await editor.marked()).toEqual(['resolution']);
			expect(await editor.shown('duration')).toBe('8 s');
			// With what was said of it before: n8n keeps that beside the mark.
			expect(await editor.shown('resolution')).toMatch(/^1080p/);
		});

		await editor.chooseFromList('model', entryOf('Kling 3.0'));
		await eventually(async () => {
			expect(await editor.marked()).toEqual([]);
			expect(await editor.shown('duration')).toBe('8 s · 768 credits');
			expect(await editor.shown('resolution')).toBe('1080p · 768 credits');
		});
	});
});

describe('a model by expression', () => {
	itPictured('leaves a form that can be used', lab, async ({ editor }) => {
		await editor.typeExpression('model', '{{ $json.model }}');
		await editor.openTab('Settings');
		await editor.openTab('Parameters');

		await eventually(async () => {
			expect(await editor.labels()).toEqual(
				expect.arrayContaining(['Duration Name or ID', 'Resolution Name or ID', 'Audio', 'Prompt']),
			);
			const seconds = await secondsIn(editor.menu('duration'));
			for (const { durations } of MODELS)
				expect(seconds).toEqual(expect.arrayContaining([...durations]));
			expect(await resolutionsIn(editor.menu('resolution'))).toEqual([...RESOLUTIONS]);
			expect(await editor.marked()).toEqual([]);
		});
		// Each field once: n8n shows every variant of a field whose condition is an expression.
		const labels = await editor.labels();
		expect(labels).toEqual([...new Set(labels)]);
	});
});

describe("the Magic Hour Trigger's panel", () => {
	itPictured('shows the URL and three steps, and verifies signatures', lab, async ({ editor }) => {
		await editor.newWorkflow();
		await editor.addNode('magic hour', TRIGGER_ENTRY, 'On video completed');

		const steps = editor.form.getByRole('alert').getByRole('listitem');
		expect(await steps.allInnerTexts()).toEqual([
			expect.stringMatching(/^Unfold "Webhook URLs" above and copy the Production URL/),
			expect.stringMatching(/^In the Magic Hour Developer Hub/),
			expect.stringMatching(/^Copy the webhook's secret into the credential/),
		]);
		// It comes a moment after the fields.
		await editor.form.getByText('Credential for Magic Hour Webhook API').waitFor();
		const verified = editor.field('verifySignature').getByRole('switch');
		expect(await verified.getAttribute('aria-checked')).toBe('true');
		const address = await editor.showProductionUrl();
		expect((await address.innerText()).trim()).toMatch(/\/webhook\/[\w-]{36}\/webhook$/);
		expect(await editor.labels()).toContain('Download Video');
	});

	itPictured('has no download for events without a video', lab, async ({ editor }) => {
		await editor.newWorkflow();
		await editor.addNode('magic hour', TRIGGER_ENTRY, 'On video errored');
		await editor.form.getByText('Credential for Magic Hour Webhook API').waitFor();

		const labels = await editor.labels();
		expect(labels).toContain('Verify Signature');
		expect(labels).not.toContain('Download Video');
	});
});

describe('the list of saved items', () => {
	const chairs = Array.from({ length: 60 }, (_, index) => ({
		type: 'reference' as const,
		name: `Chair ${index + 1}`,
		assets: [{ kind: 'IMAGE' as const }],
	}));
	const nameOf = ({ name }: { name: string }) => `${name} · reference`;

	beforeAll(async () => {
		const opened = lab();
		const { editor, executions, api } = opened;
		api.setSavedItems(chairs);
		const node = generate(opened, { ...DEFAULTS, imageSource: 'savedItem' });
		await editor.openWorkflow(
			await executions.createWorkflow(chain('Saved items', [manualTrigger, node])),
		);
		await editor.openNode(GENERATE);
	});

	itPictured('shows the images of the account, and more at its end', lab, async ({ editor }) => {
		const entries = await editor.openList('imageSavedItem');
		await eventually(async () => {
			await entries.last().scrollIntoViewIfNeeded();
			expect((await entries.allInnerTexts()).map((text) => text.trim())).toEqual(
				chairs.map(nameOf),
			);
		});
	});
});
