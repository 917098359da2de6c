import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import type { N8nWorkflow } from '../../tools/n8n/n8n.mts';
import {
	agentWorkflow,
	byModel,
	shippedChat,
	tool,
	withCredentials,
	type CredentialIds,
} from '../support/e2e/agent-workflow.mts';
import {
	startChatModel,
	toolMessages,
	userTexts,
	type ChatModel,
	type ChatRequest,
	type ToolSchema,
} from '../support/e2e/chat-model.mts';
import type { NodeRun, SavedExecution } from '../../tools/n8n/executions.mts';
import { LONG, startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import { manualTrigger, READ, readImage, TRIGGER } from '../../tools/n8n/lab-workflow.mts';

jest.setTimeout(600_000);

const PICTURE = 'https://example.com/beach.jpg';
/** Bytes of a tool's answer that a signed URL fits into. */
const SMALL = 1_000;

describe('an AI agent in a real n8n', () => {
	let model: ChatModel | undefined;
	let lab: Lab | undefined;
	let credentials: CredentialIds;
	const ai = (): ChatModel => model as ChatModel;
	const n8n = (): Lab => lab as Lab;

	beforeAll(async () => {
		model = await startChatModel();
		lab = await startLab();
		const openAi = await lab.executions.createCredential({
			name: 'OpenAI',
			type: 'openAiApi',
			data: { apiKey: 'sk-local', url: model.url },
		});
		credentials = { OpenAI: openAi, 'Magic Hour API': lab.credentialId };
	});

	afterEach(() => {
		n8n().api.clearFaults();
	});

	afterAll(async () => {
		await lab?.close();
		await model?.close();
	});

	async function create(workflow: N8nWorkflow, active = false): Promise<string> {
		return await n8n().executions.createWorkflow(withCredentials(workflow, credentials), active);
	}

	/** Begun by hand; resolves when it has ended. */
	async function run(workflow: N8nWorkflow): Promise<SavedExecution> {
		const id = await n8n().executions.run(await create(workflow), TRIGGER);
		return await n8n().executions.ended(id);
	}

	function runsOf(execution: SavedExecution, node: string): NodeRun[] {
		return execution.data.resultData.runData[node] ?? [];
	}

	/** The execution of a workflow that has run this node, whatever order n8n lists them in; once all have ended. */
	async function endedWith(workflowId: string, node: string): Promise<SavedExecution> {
		const ids = await n8n().executions.idsOf(workflowId);
		const all = await Promise.all(ids.map(async (each) => await n8n().executions.ended(each)));
		const found = all.find((execution) => runsOf(execution, node).length > 0);
		if (found === undefined) throw new Error(`No execution has run ${node}`);
		return found;
	}

	function uploads(): number {
		return n8n().api.requests.filter(({ kind }) => kind === 'upload').length;
	}

	/** What the tools have answered in the conversation so far, oldest first. */
	function answers(request = ai().requests.at(-1)): string[] {
		return request === undefined ? [] : toolMessages(request);
	}

	function idIn(answer: string | undefined): string {
		return /"id":"(\w+)"/.exec(answer ?? '')?.[1] ?? '';
	}

	describe('with workflows/chat-agent.json', () => {
		/** The requests of each turn, and what the chat has shown. */
		const turns: { requests: readonly ChatRequest[]; shown: string[] }[] = [];
		let begun: SavedExecution;

		beforeAll(async () => {
			const { workflow, path } = await shippedChat();
			const id = await create(workflow, true);
			const say = async (text: string, picture?: Buffer): Promise<void> => {
				const form = new FormData();
				form.set('action', 'sendMessage');
				form.set('sessionId', 'session-1');
				form.set('chatInput', text);
				if (picture) {
					form.set(
						'files',
						new Blob([new Uint8Array(picture)], { type: 'image/png' }),
						'beach.png',
					);
				}
				const stream = await n8n().executions.postForm(path, form);
				turns.push({ requests: ai().requests, shown: shownIn(stream) });
			};
			const wish = { model: 'Kling 3.0', resolution: '720P', audio: false };
			const order = (request: ChatRequest, duration: string) => ({
				name: 'Generate_Video',
				args: { ...wish, duration, prompt: 'Waves roll in', name: 'Beach', image: pathIn(request) },
			});

			ai().follow(
				{ calls: [{ name: 'Estimate_Credits', args: { ...wish, duration: 5 } }] },
				{ text: 'That is 240 credits. Shall I?' },
			);
			await say('Make the waves move', await readFile(n8n().imageFile));
			ai().follow(
				(request) => ({ calls: [order(request, '20 seconds')] }),
				(request) => ({ calls: [order(request, '5 seconds')] }),
				{ text: 'It is on its way.' },
			);
			await say('Yes');
			ai().follow(
				(request) => ({
					calls: [{ name: 'Check_Video', args: { id: idIn(answers(request).at(-1)) } }],
				}),
				{ text: 'It is ready.' },
			);
			await say('How is it doing?');
			begun = await endedWith(id, 'Tell the Chat');
		});

		it('gives the model an attached picture, and the path that tools take it by', () => {
			const [request] = turns[0]?.requests ?? [];

			expect(userTexts(request)).toEqual([
				expect.stringMatching(
					/^Make the waves move\n\nAttached image: api-assets\/business\/\w+\.png$/,
				),
			]);
			expect(JSON.stringify(request?.messages)).toContain('data:image/png;base64,');
		});

		it('describes its tools so that they can be called rightly', () => {
			const tools = (turns[0]?.requests[0]?.tools ?? []).map((each) => each.function);
			const fieldsOf = ({ parameters }: ToolSchema): Record<string, string> =>
				Object.fromEntries(
					Object.entries(parameters.properties).map(([name, { type }]) => [name, type]),
				);
			const wish = { model: 'string', duration: 'number', resolution: 'string', audio: 'boolean' };
			const image = { image: 'string', prompt: 'string', name: 'string' };

			expect(Object.fromEntries(tools.map((each) => [each.name, fieldsOf(each)]))).toEqual({
				Estimate_Credits: wish,
				Generate_Video: { ...wish, ...image },
				Check_Video: { id: 'string' },
			});
			expect(
				Object.fromEntries(tools.map((each) => [each.name, each.parameters.required])),
			).toEqual({
				Estimate_Credits: undefined,
				Generate_Video: ['image', 'prompt'],
				Check_Video: ['id'],
			});
			for (const { description, parameters } of tools) {
				expect(description).toMatch(/credits|charge/);
				for (const field of Object.values(parameters.properties)) {
					expect(field.description).toMatch(/\w/);
				}
			}
		});

		it('tells the model what each model makes, as the catalogue has it', () => {
			const models = turns[0]?.requests[0]?.tools?.map(
				(each) => each.function.parameters.properties.model?.description,
			);

			const naming = (text: string) => models?.filter((each) => each?.includes(` ${text}`));
			for (const { id, legacy } of MODELS) expect(naming(`${id}: `)).toHaveLength(legacy ? 0 : 2);
			for (const rule of [
				'kling-3.0: 3 to 15 s, 720p/1080p/4k, sound.',
				'kling-2.6: 5 or 10 s, 720p/1080p.',
			]) {
				expect(naming(rule)).toHaveLength(2);
			}
		});

		it('estimates the cost first, for nothing', () => {
			const [answer = ''] = answers(turns[0]?.requests.at(-1));

			expect(JSON.parse(answer)).toEqual([
				{
					model: 'kling-3.0',
					duration: 5,
					resolution: '720p',
					audio: false,
					credits: 240,
					note: '5 s × 48 credits per second (kling-3.0, 720p).',
				},
			]);
		});

		it('tells the model what is wrong with a call, and makes the video of the next', () => {
			const [wrong, right = ''] = answers(turns[1]?.requests.at(-1)).slice(-2);

			expect(wrong).toMatch(
				/^\[\{"error":"Duration: kling-3\.0 makes 3 to 15 seconds; 20 seconds was given; the nearest is 15\b/,
			);
			expect(wrong).toContain('[MAGIC_HOUR_INVALID_INPUT]');
			expect(JSON.parse(right)).toEqual([
				{
					id: expect.any(String) as string,
					name: 'Beach',
					status: 'queued',
					credits_charged: 240,
					seconds: 5,
					credits_estimated: 240,
				},
			]);
			expect(n8n().projectsNamed('Beach')).toHaveLength(1);
		});

		it('answers before the video is made, and sends the video when it is', () => {
			expect(turns[1]?.shown).toEqual([
				expect.stringMatching(/^Error: Duration: kling-3\.0 makes 3 to 15 seconds/),
				'It is on its way.',
				expect.stringMatching(
					/^Your video is ready: \[watch it\]\(http.*\.mp4.*\) \(5 s, 240 credits\)/,
				),
			]);
		});

		it('hands the file to the next node', async () => {
			const item = runsOf(begun, 'Tell the Chat')[0]?.data?.main[0]?.[0];
			const file = join(n8n().filesFolder, 'agent.mp4');
			await writeFile(file, await n8n().executions.file(item?.binary?.data?.id ?? ''));

			await expect(probeVideo(file)).resolves.toMatchObject({ seconds: 5, height: 720 });
		});

		it('knows the video in the next turn', () => {
			const checked = answers(turns[2]?.requests.at(-1)).at(-1) ?? '';

			expect(JSON.parse(checked)).toEqual([
				expect.objectContaining({
					name: 'Beach',
					status: 'complete',
					video_url: expect.stringContaining('.mp4') as string,
				}),
			]);
			expect(turns[2]?.shown).toEqual(['It is ready.']);
		});

		it('gets small answers from its tools, without files or blanks', () => {
			const all = turns.flatMap(({ requests }) => answers(requests.at(-1)));

			expect(all.length).toBeGreaterThanOrEqual(4);
			for (const answer of all) {
				expect(Buffer.byteLength(answer)).toBeLessThan(SMALL);
				expect(answer).not.toMatch(/null|binary|base64|mimeType/);
			}
		});
	});

	/** As a person sets it up with the buttons beside the fields, which leave no descriptions. */
	const GENERATE = tool('Generate', {
		operation: 'generate',
		imageSource: 'url',
		imageUrl: byModel('Image_URL'),
		model: { __rl: true, mode: 'list', value: byModel('Model') },
		duration: byModel('Duration', 'number'),
		resolution: byModel('Resolution'),
		audio: byModel('Audio', 'boolean'),
		prompt: byModel('Prompt'),
		options: { maxCredits: 500 },
	});
	const RIGHT = {
		Image_URL: PICTURE,
		Model: 'ltx-2.3',
		Duration: 1,
		Resolution: '480p',
		Audio: false,
		Prompt: 'Waves',
	};
	const call = (args: Record<string, unknown>) => ({
		name: 'Generate',
		args: { ...RIGHT, ...args },
	});

	/** Gives up waiting after a second, and is tried again. */
	const impatient = {
		...GENERATE,
		parameters: { ...GENERATE.parameters, options: { timeout: 1 } },
		...{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
	};

	describe('that makes mistakes', () => {
		const MISTAKES: [string, Record<string, unknown>, RegExp][] = [
			[
				'a model that there is not',
				{ Model: 'Runway Gen 4' },
				/^Model: Runway Gen 4 was given; .*\. Model IDs: default, .*kling-3\.0, .* or kling-1\.6\. \[MAGIC_HOUR_INVALID_INPUT\]$/,
			],
			[
				'a model that is not known',
				{ Model: 'veo' },
				/^Max Credits: the cost of this video is not known.* it has rates for .*kling-3\.0, /,
			],
			[
				'a word for a duration',
				{ Duration: 'long' },
				/^Duration: long was given; it must be a number/,
			],
			['no duration', { Duration: null }, /^Duration: nothing was given; it must be a number/],
			[
				'a duration of another model',
				{ Model: 'Sora 2', Resolution: '720p', Duration: '5s' },
				/^Duration: sora-2 makes 4, 8, .* or 60 seconds; 5s was given; the nearest is 4\b/,
			],
			[
				'a resolution of another model',
				{ Resolution: '3840x2160' },
				/^Resolution: ltx-2\.3 makes 480p, 720p or 1080p; 3840x2160 was given\b/,
			],
			[
				'sound where there is none',
				{ Model: 'wan-2.2', Duration: 3, Audio: 'True' },
				/^Audio: wan-2\.2 makes .*\. Models with sound: .*kling-3\.0, /,
			],
			['no image', { Image_URL: '' }, /^Image URL: nothing was given; give a URL such as https:/],
			[
				'an image in the call itself',
				{ Image_URL: 'data:image/png;base64,iVBORw0KGgo=' },
				/^Image URL: a data URL was given \(.*Convert to File.*\[MAGIC_HOUR_INVALID_INPUT\]$/,
			],
			[
				'more credits than are allowed',
				{ Model: 'kling-3.0', Duration: 10, Resolution: '4k' },
				/^Max Credits: this video is estimated at 2400 credits; 500 are allowed\. .* or raise Max Credits\. \[MAGIC_HOUR_CREDIT_LIMIT\]$/,
			],
		];
		const OUT_OF_CREDITS = /out of credits.* Buy credits .* or a cheaper model/i;
		let execution: SavedExecution;
		let told: string[];

		beforeAll(async () => {
			n8n().api.setFault('create', { status: 402, body: { message: 'Not enough credits' } }, 1);
			ai().follow(
				...MISTAKES.map(([, args]) => ({ calls: [call(args)] })),
				{ calls: [call({})] },
				{ calls: [call({ Model: 'LTX 2.3', Duration: '1 second', Resolution: '854 x 480' })] },
				{ text: 'Done' },
			);
			execution = await run(agentWorkflow('Mistakes', [manualTrigger], [GENERATE]));
			told = answers();
		});

		it('ends all the same', () => {
			expect(execution.status).toBe('success');
			expect(told).toHaveLength(MISTAKES.length + 2);
		});

		it.each(MISTAKES.map(([what, , says], index) => ({ what, says, index })))(
			'is told what would be right: $what',
			({ says, index }) => {
				const [{ error }] = JSON.parse(told[index] ?? '') as [{ error: string }];

				expect(error).toMatch(says);
				expect(error).not.toContain('[item');
			},
		);

		it('is told that the account is out of credits', () => {
			const [{ error }] = JSON.parse(told[MISTAKES.length] ?? '') as [{ error: string }];

			expect(error).toMatch(OUT_OF_CREDITS);
		});

		it('gets its video in the end, and pays for that alone', () => {
			const [video] = JSON.parse(told.at(-1) ?? '') as [Record<string, unknown>];

			expect(video).toMatchObject({ status: 'complete', seconds: 1, height: 480 });
			expect(video.video_url).toContain('.mp4');
			expect(Buffer.byteLength(told.at(-1) ?? '')).toBeLessThan(SMALL);
			expect(n8n().projectsNamed('Mistakes')).toHaveLength(1);
		});
	});

	describe('that has a file before it', () => {
		it('can use it in a tool by an expression', async () => {
			const fromFile = tool('Generate', {
				...GENERATE.parameters,
				imageSource: 'binary',
				binaryPropertyName: `={{ $('${READ}').item.binary.data }}`,
			});
			const before = uploads();
			ai().follow({ calls: [call({})] }, { text: 'Done' });
			await run(agentWorkflow('From file', [manualTrigger, readImage(n8n())], [fromFile]));

			expect(answers()).toEqual([expect.stringContaining('"status":"complete"')]);
			expect(uploads() - before).toBe(1);
		});
	});

	describe('pays', () => {
		it('for each call, also for the same', async () => {
			ai().follow({ calls: [call({}), call({})] }, { calls: [call({})] }, { text: 'Done' });
			await run(agentWorkflow('Three calls', [manualTrigger], [GENERATE]));

			expect(new Set(answers().map(idIn)).size).toBe(3);
			expect(n8n().projectsNamed('Three calls')).toHaveLength(3);
		});

		it('once, when the agent fails after the call and is tried again', async () => {
			const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
			ai().follow({ calls: [call({})] }, { status: 500 }, { text: 'Done' });
			const execution = await run(
				agentWorkflow('Agent retries', [manualTrigger], [GENERATE], retrying),
			);

			expect(execution.status).toBe('success');
			expect(ai().requests).toHaveLength(3);
			// n8n may tell the model twice of the one call.
			expect(new Set(answers().map(idIn)).size).toBe(1);
			expect(n8n().projectsNamed('Agent retries')).toHaveLength(1);
		});

		it('once, when a person retries the execution', async () => {
			ai().follow({ calls: [call({})] }, { status: 500 }, { text: 'Done' });
			const failed = await run(agentWorkflow('Person retries', [manualTrigger], [GENERATE]));
			const retried = await n8n().executions.retry(failed.id);

			expect(failed.status).toBe('error');
			expect(retried).toMatchObject({ status: 'success' });
			expect(answers()).toHaveLength(1);
			expect(n8n().projectsNamed('Person retries')).toHaveLength(1);
		});

		it('once, when the tool is tried again', async () => {
			ai().follow({ calls: [call({ Prompt: LONG })] }, { text: 'Done' });
			await run(agentWorkflow('Tool retries', [manualTrigger], [impatient]));

			expect(answers()).toEqual([
				expect.stringMatching(
					/still \w+ after .* Get operation with.* \[MAGIC_HOUR_PROJECT_UNFINISHED\]/,
				),
			]);
			expect(n8n().projectsNamed('Tool retries')).toHaveLength(1);
		});
	});

	describe.each([2.2, 3])('of version %p', (typeVersion) => {
		it('pays once, when the model repeats a call that was given up', async () => {
			const [tries, name] = [{ retryOnFail: false }, `Repeated in ${typeVersion}`];
			const again = { calls: [call({ Prompt: LONG })] };
			ai().follow(again, again, { text: 'Done' });
			await run(
				agentWorkflow(name, [manualTrigger], [{ ...impatient, ...tries }], { typeVersion }),
			);

			expect(answers()).toHaveLength(2);
			const ids = answers().map((answer) => /Project (\w+) is still/.exec(answer)?.[1]);
			expect(new Set(ids)).toEqual(
				new Set(
					n8n()
						.projectsNamed(name)
						.map(({ id }) => id),
				),
			);
			expect(n8n().projectsNamed(name)).toHaveLength(1);
		});

		it.each(['one after the other', 'at the same time'])(
			'pays no more than Max Credits Per Run for all calls together: %s',
			async (when) => {
				const name = `Limited in ${typeVersion}, ${when}`;
				const limited = {
					...GENERATE,
					parameters: { ...GENERATE.parameters, options: { maxCreditsPerRun: 50 } },
				};
				// 24 credits each.
				const calls = ['One', 'Two', 'Three'].map((Prompt) => call({ Prompt }));
				const turns =
					when === 'at the same time' ? [{ calls }] : calls.map((each) => ({ calls: [each] }));
				ai().follow(...turns, { text: 'Done' });
				await run(agentWorkflow(name, [manualTrigger], [limited], { typeVersion }));

				expect(answers().filter((answer) => answer.includes('Max Credits Per Run'))).toEqual([
					expect.stringContaining(
						'this video is estimated at 24 credits, and other calls at 48; 50 are allowed',
					),
				]);
				expect(n8n().projectsNamed(name)).toHaveLength(2);
			},
		);
	});

	describe.each([
		[2.2, 1],
		[2.2, 2],
		[2.2, 4],
		[3, 1],
		[3, 4],
	])('of version %p, with batches of %p', (typeVersion, batchSize) => {
		/**
		 * An agent that does one thing for each of these texts: what the model calls, and then it says that it is done.
		 * @returns what the tool has answered, text by text
		 */
		async function forEach(
			name: string,
			texts: readonly string[],
			tool: typeof GENERATE,
			callsFor: (text: string) => readonly ReturnType<typeof call>[],
		): Promise<string[]> {
			const told = new Map<string, string[]>();
			ai().follow(
				...texts.flatMap((text) =>
					Array.from({ length: callsFor(text).length + 1 }, () => (request: ChatRequest) => {
						const before = answers(request);
						const text = userTexts(request).join('');
						const next = callsFor(text).at(before.length);
						if (next) return { calls: [next] };
						told.set(text, [...(told.get(text) ?? []), ...before]);
						return { text: 'Done' };
					}),
				),
			);
			const parameters = {
				promptType: 'define',
				text: '={{ $json.texts }}',
				options: { batching: { batchSize, delayBetweenBatches: 0 } },
			};
			const items = [
				manualTrigger,
				{
					name: 'Texts',
					type: 'n8n-nodes-base.set',
					typeVersion: 3.4,
					parameters: { mode: 'raw', jsonOutput: JSON.stringify({ texts }), options: {} },
				},
				{
					name: 'Each',
					type: 'n8n-nodes-base.splitOut',
					typeVersion: 1,
					parameters: { fieldToSplitOut: 'texts', options: {} },
				},
			];
			const execution = await run(agentWorkflow(name, items, [tool], { typeVersion, parameters }));
			expect(execution.status).toBe('success');
			return [...new Set(texts)].flatMap((text) => told.get(text) ?? []);
		}

		const ids = (name: string) =>
			n8n()
				.projectsNamed(name)
				.map(({ id }) => id)
				.sort();

		it('pays once for each item, also where the model repeats calls that were given up', async () => {
			const name = `Given up in ${typeVersion}, ${batchSize}`;
			const tries = { retryOnFail: false };
			const told = await forEach(name, ['1', '2', '3', '4'], { ...impatient, ...tries }, (text) => {
				const again = call({ Prompt: LONG, Duration: Number(text) });
				return [again, again];
			});

			expect(told).toHaveLength(8);
			const named = told.map((answer) => /Project (\w+) is still/.exec(answer)?.[1]);
			expect([...new Set(named)].sort()).toEqual(ids(name));
			// The first answers are, in an agent of version 3, those to the first item for all (n8n 2.41.1, `buildSteps`).
			const last = named.filter((_, index) => index % 2 === 1);
			const secondsOf = new Map(
				n8n()
					.projectsNamed(name)
					.map(({ id, seconds }) => [id, seconds]),
			);
			expect(last.map((id = '') => secondsOf.get(id))).toEqual([1, 2, 3, 4]);
			expect(secondsOf.size).toBe(4);
		});

		it('makes of each item what the model has asked for it', async () => {
			const name = `Each its own in ${typeVersion}, ${batchSize}`;
			const told = await forEach(name, ['1', '2', '3', '4'], GENERATE, (text) => [
				call({ Duration: Number(text) }),
			]);

			const given = told.map((answer) => (JSON.parse(answer) as [{ seconds: number }])[0].seconds);
			expect(given).toEqual([1, 2, 3, 4]);
			expect(ids(name)).toHaveLength(4);
		});

		it('makes a video for each of equal items', async () => {
			const name = `Equal in ${typeVersion}, ${batchSize}`;
			const told = await forEach(name, ['Go', 'Go', 'Go', 'Go'], GENERATE, () => [call({})]);

			expect(told.map(idIn).sort()).toEqual(ids(name));
			expect(ids(name)).toHaveLength(4);
		});

		it('keeps Max Credits Per Run for all items together', async () => {
			const name = `Limited in ${typeVersion}, batches of ${batchSize}`;
			const limited = {
				...GENERATE,
				parameters: { ...GENERATE.parameters, options: { maxCreditsPerRun: 50 } },
			};
			const told = await forEach(name, ['One', 'Two', 'Three', 'Four'], limited, (Prompt) => [
				call({ Prompt }),
			]);

			expect(told.filter((answer) => answer.includes('Max Credits Per Run'))).toHaveLength(2);
			expect(ids(name)).toHaveLength(2);
		});
	});

	describe('with Text To Video', () => {
		const FROM_TEXT = tool(
			'Generate',
			{
				operation: 'generate',
				prompt: byModel('Prompt'),
				model: { __rl: true, mode: 'list', value: byModel('Model') },
				duration: byModel('Duration', 'number'),
				resolution: byModel('Resolution'),
				aspectRatio: byModel('Aspect_Ratio'),
				options: { maxCredits: 500, timeout: 1 },
			},
			'textToVideo',
		);
		const ask = (args: Record<string, unknown>) => ({
			calls: [
				{
					name: 'Generate',
					args: {
						...{ Prompt: 'A fox', Model: 'LTX 2.3', Duration: 1, Resolution: '480p' },
						...{ Aspect_Ratio: '9:16', ...args },
					},
				},
			],
		});
		const patient = {
			...FROM_TEXT,
			parameters: { ...FROM_TEXT.parameters, options: { maxCredits: 500 } },
		};

		it('is told of mistakes, and gets its video by the words of the form', async () => {
			ai().follow(
				ask({ Aspect_Ratio: '21:9' }),
				ask({ Model: 'Veo 3.1', Duration: 4, Resolution: '720p', Aspect_Ratio: '1:1' }),
				ask({ Prompt: '' }),
				ask({ Aspect_Ratio: 'Portrait (9:16)' }),
				{ text: 'Done' },
			);
			await run(agentWorkflow('From text', [manualTrigger], [patient]));

			const [ratio, square, prompt, video = ''] = answers();
			expect(ratio).toMatch(/^\[\{"error":"Aspect Ratio: it must be .*21:9 was given/);
			expect(square).toMatch(/"error":"Aspect Ratio: veo3\.1 makes 16:9 or 9:16; 1:1 was given/);
			expect(prompt).toMatch(/"error":"Prompt: nothing was given/);
			expect(JSON.parse(video)).toEqual([
				expect.objectContaining({ status: 'complete', width: 480, height: 854 }),
			]);
			expect(Buffer.byteLength(video)).toBeLessThan(SMALL);
			expect(
				n8n()
					.projectsNamed('From text')
					.map(({ type }) => type),
			).toEqual(['TEXT_TO_VIDEO']);
		});

		it('pays once, when the model repeats a call that was given up', async () => {
			const again = ask({ Prompt: LONG });
			ai().follow(again, again, { text: 'Done' });
			await run(agentWorkflow('Text repeated', [manualTrigger], [FROM_TEXT]));

			const ids = answers().map((answer) => /Project (\w+) is still/.exec(answer)?.[1]);
			const [project, ...others] = n8n().projectsNamed('Text repeated');
			expect(others).toEqual([]);
			expect(ids).toEqual([project?.id, project?.id]);
		});
	});

	it.each([1.7, 2.2])('of version %p is told of mistakes, too', async (typeVersion) => {
		ai().follow({ calls: [call({ Duration: 99 })] }, { calls: [call({})] }, { text: 'Done' });
		const execution = await run(
			agentWorkflow(`Version ${typeVersion}`, [manualTrigger], [GENERATE], { typeVersion }),
		);

		expect(execution.status).toBe('success');
		expect(answers()).toEqual([
			expect.stringMatching(
				/"error":"Duration: ltx-2\.3 makes .*99 was given.*"error_code":"MAGIC_HOUR_INVALID_INPUT"/,
			),
			expect.stringContaining('"status":"complete"'),
		]);
	});

	it('of version 2.2 pays once, when the tool is tried again', async () => {
		ai().follow({ calls: [call({ Prompt: LONG })] }, { text: 'Done' });
		await run(
			agentWorkflow('Old tool retries', [manualTrigger], [impatient], { typeVersion: 2.2 }),
		);

		expect(answers()).toEqual([expect.stringMatching(/still \w+ after .*"project_id":"\w+"/)]);
		expect(n8n().projectsNamed('Old tool retries')).toHaveLength(1);
	});
});

/** The texts that a chat shows, in order, from n8n's stream: one JSON object a line. */
function shownIn(stream: string): string[] {
	const chunks = stream
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as { type: string; content?: string });
	return chunks.flatMap(({ type, content = '' }) => {
		if (type === 'error') return `Error: ${content}`;
		return type === 'item' ? content : [];
	});
}

/** The path of the attached picture, as a language model finds it: in what has been said. */
function pathIn(request: ChatRequest): string {
	return /Attached image: (\S+)/.exec(userTexts(request).join('\n'))?.[1] ?? '';
}
