import { appendFile, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { probeVideo, type Probe } from '../../local-api/probe.mts';
import { writeSample } from '../../local-api/sample-image.mts';
import type { N8nWorkflow } from '../../tools/n8n/n8n.mts';
import { nodeNamed, readWorkflow } from '../../tools/n8n/workflow-files.mts';
import { insertRows, rowsOf } from '../support/e2e/data-tables.mts';
import { until, type SavedExecution } from '../../tools/n8n/executions.mts';
import { FormVisitor } from '../support/e2e/form-visitor.mts';
import { LONG, startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';
import { replaceInParameters } from '../support/e2e/library-workflow.mts';
import { startSmtpSink, type SmtpSink } from '../support/e2e/smtp-sink.mts';

jest.setTimeout(300_000);

/** The folder that the files name: that of n8n's Docker image. */
const FILES_FOLDER = '/home/node/.n8n-files';
const NO_IMAGE = 'This is no image.';
const HEADER_AUTH = { name: 'X-Api-Key', value: 'a-long-password' };

describe('the workflow library in a real n8n', () => {
	let started: Lab | undefined;
	let lab: Lab;
	let smtp: SmtpSink;
	let image: File;
	const notAnImage = new File([NO_IMAGE], 'notes.png', { type: 'image/png' });

	beforeAll(async () => {
		started = await startLab();
		lab = started;
		smtp = await startSmtpSink();
		image = new File([await readFile(lab.imageFile)], 'lake.png', { type: 'image/png' });
		await lab.executions.createCredential({
			name: 'SMTP account',
			type: 'smtp',
			data: { host: '127.0.0.1', port: smtp.port, secure: false, disableStartTls: true },
		});
		// Others of the same types, as people have them: the files must find theirs by its name.
		const wrong = { name: 'X-Other', value: 'something-else' };
		for (const [name, type, data] of [
			['A key of last year', 'magicHourVideoApi', { apiKey: 'mhk_live_old', baseUrl: lab.api.url }],
			['Another service', 'httpHeaderAuth', wrong],
			['Image To Video API', 'httpHeaderAuth', HEADER_AUTH],
		] as const) {
			await lab.executions.createCredential({ name, type, data });
		}
	});

	afterEach(() => {
		lab.api.clearFaults();
		lab.api.setOutcome({ status: 'complete' });
	});

	afterAll(async () => {
		await smtp.close();
		await started?.close();
	});

	/** A workflow of the library, saved in n8n. */
	async function imported(
		workflow: N8nWorkflow,
		{ active = false } = {},
	): Promise<{ id: string; run: () => Promise<SavedExecution> }> {
		const id = await lab.executions.createWorkflow(workflow, active);
		const trigger = workflow.nodes[0]?.name ?? '';
		const run = async (): Promise<SavedExecution> =>
			await lab.executions.ended(await lab.executions.run(id, trigger));
		return { id, run };
	}

	/** n8n answers at an address a moment after it has said that it does. */
	async function answering(url: string, init?: RequestInit): Promise<string> {
		return await until(`${url} to answer`, async () =>
			(await fetch(url, init)).status === 404 ? undefined : url,
		);
	}

	async function folderOf(name: string): Promise<string> {
		const folder = join(lab.filesFolder, name);
		await mkdir(folder);
		return folder;
	}

	/** The video behind a link, decoded. */
	async function probeLink(url: string): Promise<Probe> {
		const answer = await fetch(url);
		if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
		return await probeBytes(await answer.arrayBuffer());
	}

	let probed = 0;
	async function probeBytes(bytes: ArrayBuffer): Promise<Probe> {
		const file = join(lab.filesFolder, `probed-${(probed += 1)}.mp4`);
		await writeFile(file, Buffer.from(bytes));
		return await probeVideo(file);
	}

	function expectSeconds(probe: Probe, seconds: number): void {
		expect(Math.abs(probe.seconds - seconds)).toBeLessThanOrEqual(0.2);
	}

	describe('local-folder-to-video', () => {
		let folder: string;
		let look: () => Promise<SavedExecution>;

		beforeAll(async () => {
			folder = await folderOf('videos');
			const workflow = await readWorkflow('local-folder-to-video');
			({ run: look } = await imported(
				replaceInParameters(workflow, `${FILES_FOLDER}/videos`, folder),
			));
		});

		it('finds nothing in an empty folder, and that is no error', async () => {
			const before = lab.creates();
			const { data } = await look();

			expect(data.resultData.error).toBeUndefined();
			expect(lab.creates()).toBe(before);
		});

		it('puts a video beside each new image, and the reason beside one that fails', async () => {
			await copyFile(lab.imageFile, join(folder, 'lake.png'));
			await writeFile(join(folder, 'notes.jpg'), NO_IMAGE);
			await look();

			expect((await readdir(folder)).sort()).toEqual([
				'lake.png',
				'lake.png.mp4',
				'notes.jpg',
				'notes.jpg.problem.txt',
			]);
			const probe = await probeVideo(join(folder, 'lake.png.mp4'));
			expectSeconds(probe, 5);
			expect(probe.height).toBe(720);
			await expect(readFile(join(folder, 'notes.jpg.problem.txt'), 'utf8')).resolves.toMatch(
				/^Image: notes\.jpg is text, which Magic Hour does not take/,
			);
		});

		it('makes no second video of an image, but one of an image that comes later', async () => {
			const before = lab.creates();
			await look();
			expect(lab.creates()).toBe(before);

			await copyFile(lab.imageFile, join(folder, 'sea.png'));
			await look();
			expect(lab.creates()).toBe(before + 1);
			expect(await readdir(folder)).toContain('sea.png.mp4');
		});

		it('makes no second video of an image that was still being copied', async () => {
			const before = lab.creates();
			await appendFile(join(folder, 'sea.png'), Buffer.alloc(1000));
			await look();

			expect(lab.creates()).toBe(before);
		});

		it('says so when n8n may not read the folder', async () => {
			// n8n may not read its own folder; the image is there for the pattern to find.
			const forbidden = join(lab.n8n.userFolder, 'forbidden');
			await mkdir(forbidden);
			await copyFile(lab.imageFile, join(forbidden, 'lake.png'));
			const workflow = await readWorkflow('local-folder-to-video');
			const { run } = await imported(
				replaceInParameters(workflow, `${FILES_FOLDER}/videos`, forbidden),
			);
			const { status, data } = await run();

			expect(status).toBe('error');
			expect(data.resultData.error?.message).toMatch(/access to the file is not allowed/i);
		});
	});

	describe('google-drive-to-video, with files in the place of Google Drive', () => {
		/** Another node in the place of one, which keeps its name and its connections. */
		function replace(workflow: N8nWorkflow, name: string, by: sketch.NodeSketch): void {
			Object.assign(nodeNamed(workflow, name), by, { name, credentials: {} });
		}

		const setFields = (fields: Record<string, unknown>, type = 'string'): sketch.NodeSketch => {
			const assignments = Object.entries(fields).map(([name, value]) => ({
				id: name,
				name,
				value,
				type,
			}));
			const parameters = { assignments: { assignments }, options: {} };
			return { name: 'Set', type: 'n8n-nodes-base.set', typeVersion: 3.5, parameters };
		};

		it('stores the video under the name of the image, and the reason of one that fails under its name', async () => {
			const [from, to] = [await folderOf('drive'), await folderOf('drive-videos')];
			await copyFile(lab.imageFile, join(from, 'lake.png'));
			await writeFile(join(from, 'notes.png'), NO_IMAGE);
			const workflow = await readWorkflow('google-drive-to-video');
			const { name, inputDataFieldName } = nodeNamed(workflow, 'Upload Video').parameters;
			const problem = nodeNamed(workflow, 'Save Problem').parameters;
			const files = ['plan.pdf', 'notes.png', 'lake.png'].map((file) => ({
				name: file,
				mimeType: file.endsWith('.pdf') ? 'application/pdf' : 'image/png',
			}));
			replace(workflow, 'New File in Folder', sketch.manualTrigger);
			replace(workflow, 'Download Image', sketch.readImage(lab, `=${from}/{{ $json.name }}`));
			replace(workflow, 'Upload Video', {
				...sketch.readImage(lab),
				parameters: {
					operation: 'write',
					fileName: `=${to}/${String(name).slice(1)}`,
					dataPropertyName: inputDataFieldName,
					options: {},
				},
			});
			replace(
				workflow,
				'Save Problem',
				setFields({ name: problem.name, content: problem.content }),
			);
			const listed = sketch.chain('', [
				{ ...setFields({ files: `={{ ${JSON.stringify(files)} }}` }, 'array'), name: 'List' },
				{
					name: 'Files',
					type: 'n8n-nodes-base.splitOut',
					typeVersion: 1,
					parameters: { fieldToSplitOut: 'files', options: {} },
				},
			]);
			workflow.nodes.push(...listed.nodes);
			Object.assign(workflow.connections, listed.connections, {
				'New File in Folder': sketch.outputTo('List'),
				Files: sketch.outputTo('Only Images'),
			});
			const { run } = await imported(workflow);
			const { data } = await run();

			expect(data.resultData.error?.message).toBeUndefined();
			expect(await readdir(to)).toEqual(['lake.png.mp4']);
			expectSeconds(await probeVideo(join(to, 'lake.png.mp4')), 5);
			const problems = data.resultData.runData['Save Problem']?.[0]?.data?.main[0];
			expect(problems?.map(({ json }) => json)).toEqual([
				{
					name: 'notes.png.problem.txt',
					content: expect.stringMatching(
						/^Image: notes\.png is text, which Magic Hour does not take.*\. \w/,
					) as string,
				},
			]);
		});
	});

	describe('scheduled-data-table', () => {
		const TABLE = 'Image To Video';
		let run: () => Promise<SavedExecution>;
		const rows = async () => await rowsOf(lab.executions, TABLE);

		beforeAll(async () => {
			const workflow = await readWorkflow('scheduled-data-table');
			({ run } = await imported(workflow));
		});

		it('makes the table by itself', async () => {
			const { status } = await run();

			expect(status).toBe('success');
			expect(await rows()).toEqual([]);
		});

		it('writes the result beside each new row, and the reason beside one that fails', async () => {
			await insertRows(lab.executions, TABLE, [
				{ image_url: 'https://example.com/lake.png', prompt: 'It rains' },
				{ image_url: 'http://example.com/sea.png' },
				{ prompt: 'A row that is not ready' },
				{ image_url: 'https://example.com/done.png', status: 'done' },
			]);
			const before = lab.creates();
			const { status } = await run();

			expect(status).toBe('success');
			expect(lab.creates()).toBe(before + 1);
			const [made, failed, ...untouched] = await rows();
			const project = lab.api.projects.find(({ id }) => id === made?.project_id);
			expect(project?.name).toBe('Row 1 of Image To Video');
			expect(made).toMatchObject({ status: 'done', credits: 240, error: '' });
			expectSeconds(await probeLink(String(made?.video_url)), 5);
			expect(failed).toMatchObject({ status: 'failed', video_url: null, project_id: null });
			expect(failed?.error).toMatch(/^Image URL: Magic Hour fetches images from https/);
			expect(untouched.map(({ status }) => status)).toEqual([null, 'done']);
		});

		it('pays for no row twice', async () => {
			const before = lab.creates();
			await run();

			expect(lab.creates()).toBe(before);
		});

		it('keeps the project ID of a video that fails after it was paid, and leaves that row alone', async () => {
			await insertRows(lab.executions, TABLE, [{ image_url: 'https://example.com/face.png' }]);
			lab.api.setOutcome({ status: 'error', code: 'no_source_face', message: 'No face found' });
			await run();
			const before = lab.creates();
			await run();

			const failed = (await rows()).at(-1);
			expect(failed?.status).toBe('failed');
			expect(failed?.error).toContain('No face found');
			expect(failed?.error).toContain(failed?.project_id);
			expect(lab.creates()).toBe(before);
		});

		it('takes no row that another run is at', async () => {
			await insertRows(lab.executions, TABLE, [
				{ image_url: 'https://example.com/slow.png', prompt: LONG },
			]);
			const name = `Row ${(await rows()).at(-1)?.id ?? ''} of`;
			const slow = run();
			await lab.waitedFor(name);
			expect((await rows()).at(-1)?.status).toBe('in progress');
			await run();
			lab.finishVideos();

			expect((await slow).status).toBe('success');
			expect(lab.projectsNamed(name)).toHaveLength(1);
			expect((await rows()).at(-1)?.status).toBe('done');
		});
	});

	describe('form-to-video', () => {
		let form: string;

		beforeAll(async () => {
			const workflow = await readWorkflow('form-to-video');
			await imported(workflow, { active: true });
			form = await formOf(workflow);
		});

		it('shows the visitor the video of the image', async () => {
			const visitor = new FormVisitor(form);
			expect(await visitor.page()).toContain('Turn your image into a video');
			await visitor.submit([image, 'It snows']);
			const page = await visitor.nextPage();

			expect(page).toContain('Your video is ready');
			const probe = await probeLink(videoOn(page));
			expectSeconds(probe, 5);
			expect(probe.height).toBe(480);
		});

		it('tells the visitor what is wrong with the file, and costs nothing', async () => {
			const before = lab.creates();
			const visitor = new FormVisitor(form);
			await visitor.submit([notAnImage, '']);
			const page = await visitor.nextPage();

			expect(page).toContain('No video was made');
			expect(page).toContain('notes.png is text, which Magic Hour does not take');
			expect(lab.creates()).toBe(before);
		});
	});

	describe('cost-approval', () => {
		let form: string;

		beforeAll(async () => {
			const workflow = await readWorkflow('cost-approval');
			await imported(workflow, { active: true });
			form = await formOf(workflow);
		});

		async function order(file: File): Promise<{ visitor: FormVisitor; page: string }> {
			const visitor = new FormVisitor(form);
			await visitor.submit([file, 'It snows', '3', '720p']);
			return { visitor, page: await visitor.nextPage() };
		}

		it('says what the video costs, makes it after a Yes, and shows it', async () => {
			const before = lab.creates();
			const { visitor, page } = await order(image);
			expect(page).toContain('This video costs 144 credits');
			expect(page).toContain('3 seconds at 720p with wan-2.2');
			expect(lab.creates()).toBe(before);
			await visitor.submit([JSON.stringify(['Yes, make it'])]);
			const probe = await probeLink(videoOn(await visitor.nextPage()));

			expectSeconds(probe, 3);
			expect(probe.height).toBe(720);
			expect(lab.creates()).toBe(before + 1);
			expect(lab.api.projects.at(-1)?.creditsCharged).toBe(144);
		});

		it('makes nothing after a No', async () => {
			const before = lab.creates();
			const { visitor } = await order(image);
			await visitor.submit([JSON.stringify(['No'])]);

			expect(await visitor.nextPage()).toContain('Nothing was paid');
			expect(lab.creates()).toBe(before);
		});

		it('does not ask about a file that is no image', async () => {
			const { page } = await order(notAnImage);

			expect(page).toContain('No video was made');
			expect(page).toContain('notes.png is text');
		});
	});

	describe('webhook-to-video', () => {
		let url: string;

		beforeAll(async () => {
			const workflow = await readWorkflow('webhook-to-video');
			await imported(workflow, { active: true });
			url = new URL('/webhook/image-to-video', lab.executions.url).href;
			await answering(url, { method: 'POST' });
		});

		const post = async (
			body: string | File | FormData,
			{ query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
		): Promise<Response> =>
			await fetch(`${url}${query}`, {
				method: 'POST',
				body,
				headers: { [HEADER_AUTH.name]: HEADER_AUTH.value, ...headers },
			});
		const PNG = { 'content-type': 'image/png' };

		function multipart(file: File, fields: Record<string, string> = {}): FormData {
			const form = new FormData();
			form.append('picture', file);
			for (const [name, value] of Object.entries(fields)) form.append(name, value);
			return form;
		}

		it.each([
			['an image as the body', () => post(image, { query: '?duration=3', headers: PNG })],
			['a file in a form', () => post(multipart(image, { duration: '3', prompt: 'It snows' }))],
		])('answers %s with the MP4', async (_, send) => {
			const before = lab.creates();
			const answer = await send();

			expect(answer.status).toBe(200);
			expect(answer.headers.get('content-type')).toBe('video/mp4');
			expect(answer.headers.get('x-project-id')).toBe(lab.api.projects.at(-1)?.id);
			expect(answer.headers.get('x-credits-charged')).toBe('72');
			const probe = await probeBytes(await answer.arrayBuffer());
			expectSeconds(probe, 3);
			expect(probe.height).toBe(480);
			expect(lab.creates()).toBe(before + 1);
		});

		it.each([
			['no image', () => post(''), /The request has no image/],
			[
				'JSON',
				() => post('{"image":"x"}', { headers: { 'content-type': 'application/json' } }),
				/The request has no image/,
			],
			[
				'a file that is no image',
				() => post(notAnImage, { headers: PNG }),
				/is text, which Magic Hour does not take/,
			],
			[
				'a form with a file that is no image',
				() => post(multipart(notAnImage)),
				/notes\.png is text/,
			],
			[
				'a duration that there is none of',
				() => post(image, { query: '?duration=12', headers: PNG }),
				/Duration: wan-2\.2 makes/,
			],
			[
				'a video that is too long for the limit',
				() => post(multipart(image, { duration: '15' })),
				/Max Credits: .* 360 credits; 250 are allowed/,
			],
		])('answers %s with 400 and what is wrong, and pays nothing', async (_, send, error) => {
			const before = lab.creates();
			const answer = await send();

			expect(answer.status).toBe(400);
			expect(await answer.json()).toMatchObject({
				error: expect.stringMatching(error) as string,
			});
			expect(lab.creates()).toBe(before);
		});

		it('answers 403 without the key, before anything is done', async () => {
			const before = lab.api.requests.length;
			const wrong = await post(image, { headers: { ...PNG, [HEADER_AUTH.name]: 'guessed' } });

			expect(wrong.status).toBe(403);
			expect(lab.api.requests).toHaveLength(before);
		});

		it('answers 502 with the project ID when the video fails', async () => {
			lab.api.setOutcome({ status: 'error', code: 'unknown_error', message: 'Out of ideas' });
			const answer = await post(image, { headers: PNG });

			expect(answer.status).toBe(502);
			expect(await answer.json()).toMatchObject({
				error: expect.stringContaining('Out of ideas') as string,
				project_id: lab.api.projects.at(-1)?.id,
			});
		});

		it('answers 502 when Magic Hour is out of order', async () => {
			lab.api.setFault('create', { status: 500, body: { message: 'Oops' }, after: true }, 1);
			const answer = await post(image, { headers: PNG });

			expect(answer.status).toBe(502);
			expect(await answer.json()).toMatchObject({
				error: expect.stringContaining('not sent again') as string,
				hint: expect.stringContaining('library') as string,
			});
		});
	});

	describe('shop-product-clips', () => {
		/** As a Shopify shop answers. */
		const product = (id: number, title: string, images: string[]): Record<string, unknown> => ({
			id,
			title,
			handle: title.toLowerCase().replaceAll(' ', '-'),
			tags: ['Summer Sale', 'new'],
			images: images.map((src) => ({ src })),
		});
		let products = [
			product(1, 'Red Chair', ['https://cdn.example.com/red-chair.jpg?v=17']),
			product(2, 'Lamp', ['http://cdn.example.com/lamp.jpg']),
			product(3, 'Gift Card', []),
		];
		const asked: string[] = [];
		const shop = createServer((request, response) => {
			asked.push(request.url ?? '');
			response.setHeader('content-type', 'application/json').end(JSON.stringify({ products }));
		});
		let folder: string;
		let run: () => Promise<SavedExecution>;

		beforeAll(async () => {
			await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
			const { port } = shop.address() as AddressInfo;
			folder = await folderOf('clips');
			const workflow = replaceInParameters(
				await readWorkflow('shop-product-clips'),
				'https://your-shop.myshopify.com',
				`http://127.0.0.1:${port}`,
			);
			({ run } = await imported(replaceInParameters(workflow, FILES_FOLDER, folder)));
		});

		afterAll(() => {
			shop.close();
		});

		it('makes a clip with a caption of each product with a picture, and names those that fail', async () => {
			const { status, data } = await run();

			expect(asked).toEqual(['/products.json?limit=3']);
			const last = data.resultData.runData['Post or Save Clip']?.[0]?.data?.main[0];
			expect(last?.map(({ json }) => json.caption)).toEqual([
				'Red Chair ✨ Now in our shop. #SummerSale #new',
			]);
			expectSeconds(await probeVideo(join(folder, 'red-chair.mp4')), 5);
			const create = lab.api.requests.filter(({ kind }) => kind === 'create').at(-1);
			expect(JSON.stringify(create?.body)).toContain(
				'https://cdn.example.com/red-chair.jpg?v=17&width=1080&height=1920&crop=center',
			);
			expect(status).toBe('error');
			expect(data.resultData.error?.message).toMatch(/^Lamp: Image URL: Magic Hour fetches/);
		});

		it('makes clips of new products only', async () => {
			products = [product(4, 'Table', ['https://cdn.example.com/table.png']), ...products];
			const before = lab.creates();
			const { status } = await run();

			expect(status).toBe('success');
			expect(lab.creates()).toBe(before + 1);
			expect(await readdir(folder)).toEqual(['red-chair.mp4', 'table.mp4']);
		});
	});

	describe('batch-with-error-mail', () => {
		let folder: string;
		let run: () => Promise<SavedExecution>;

		beforeAll(async () => {
			folder = await folderOf('batch');
			for (const name of ['lake.png', 'face.png']) {
				await copyFile(lab.imageFile, join(folder, name));
			}
			await writeFile(join(folder, 'notes.jpg'), NO_IMAGE);
			const workflow = await readWorkflow('batch-with-error-mail');
			({ run } = await imported(replaceInParameters(workflow, `${FILES_FOLDER}/batch`, folder)));
		});

		it('saves the videos and mails what failed, once', async () => {
			lab.api.setFault('create', { status: 422, body: { message: 'No face was found' } }, 1);
			const { status } = await run();

			expect(status).toBe('success');
			const videos = (await readdir(folder)).filter((name) => name.endsWith('.mp4'));
			expect(videos).toHaveLength(1);
			expectSeconds(await probeVideo(join(folder, videos[0] ?? '')), 5);
			expect(smtp.mails).toHaveLength(1);
			expect(smtp.mails[0]).toMatchObject({
				to: ['you@example.com'],
				subject: '2 of 3 videos were not made',
			});
			expect(smtp.mails[0]?.text).toMatch(/^\w+\.png: .*No face was found/m);
			expect(smtp.mails[0]?.text).toMatch(/^notes\.jpg: Image: notes\.jpg is text/m);
		});

		it('mails nothing when nothing failed', async () => {
			for (const name of ['lake.png', 'face.png']) await rm(join(folder, name));
			await copyFile(lab.imageFile, join(folder, 'notes.jpg'));
			const { status } = await run();

			expect(status).toBe('success');
			expect(smtp.mails).toHaveLength(1);
		});
	});

	describe('storyboard', () => {
		it('makes a clip of each still that ends on the next one, in their order', async () => {
			const folder = await folderOf('storyboard');
			// Not in the order in which they are made.
			for (const name of ['03', '01', '02']) {
				await writeSample(join(folder, `${name}.png`), { seed: name });
			}
			const workflow = await readWorkflow('storyboard');
			const { run } = await imported(
				replaceInParameters(workflow, `${FILES_FOLDER}/storyboard`, folder),
			);
			const before = lab.api.requests.length;
			const { status, data } = await run();

			expect(status).toBe('success');
			const stills = data.resultData.runData['Upload Stills']?.[0]?.data?.main[0];
			const [first, second, third] = (stills ?? []).map(({ json }) => json.file_path);
			expect(new Set([first, second, third]).size).toBe(3);
			const requests = lab.api.requests.slice(before);
			expect(requests.filter(({ kind }) => kind === 'upload')).toHaveLength(3);
			const creates = requests
				.filter(({ kind }) => kind === 'create')
				.map(({ body }) => body as { name: string; assets: Record<string, string> })
				.sort((a, b) => (a.name < b.name ? -1 : 1));
			expect(creates.map(({ name, assets }) => [name, assets])).toEqual([
				['Storyboard, clip 01', { image_file_path: first, end_image_file_path: second }],
				['Storyboard, clip 02', { image_file_path: second, end_image_file_path: third }],
			]);
			const clips = (await readdir(folder)).filter((name) => name.endsWith('.mp4')).sort();
			expect(clips).toEqual(['clip-01.mp4', 'clip-02.mp4']);
			for (const clip of clips) expectSeconds(await probeVideo(join(folder, clip)), 5);
		});
	});

	describe('product-references', () => {
		it('makes a clip of the description with the images that it names', async () => {
			const folder = await folderOf('product-references');
			const workflow = await readWorkflow('product-references');
			const clip = join(folder, 'product-clip.mp4');
			const { run } = await imported(
				replaceInParameters(workflow, `${FILES_FOLDER}/product-clip.mp4`, clip),
			);
			const { status } = await run();

			expect(status).toBe('success');
			const { body } = lab.api.requests.filter(({ kind }) => kind === 'create').at(-1) ?? {};
			expect(body).toMatchObject({
				aspect_ratio: '9:16',
				model: 'kling-3.0',
				references: [
					{ name: 'product', file_path: 'https://example.com/bottle.jpg' },
					{ name: 'scene', file_path: 'https://example.com/kitchen.jpg' },
				],
			});
			expectSeconds(await probeVideo(clip), 5);
		});
	});

	describe('balance-report', () => {
		/** The workflow, for which so many credits are few. */
		async function reporting(low: number): Promise<SavedExecution> {
			const workflow = await readWorkflow('balance-report');
			const assigned = nodeNamed(workflow, 'Settings').parameters.assignments;
			Object.assign((assigned as { assignments: object[] }).assignments[0] ?? {}, { value: low });
			return await (await imported(workflow)).run();
		}

		it.each([
			['says so where they are few', 1, ', which is low', ', fewer than '],
			['says no more where they are enough', 0, '', '\n'],
		])('writes what is left, and %s', async (_, more, inSubject, inText) => {
			const balance = lab.api.balance('business');
			const before = smtp.mails.length;
			const { status } = await reporting(balance + more);

			expect(status).toBe('success');
			expect(smtp.mails).toHaveLength(before + 1);
			expect(smtp.mails.at(-1)).toMatchObject({
				to: ['you@example.com'],
				subject: `Magic Hour: ${balance} credits left${inSubject}`,
				text: expect.stringMatching(
					new RegExp(
						`^Plan: business\\s+Credits left: ${balance}${inText}[^]*Subscription: active, until 20\\d\\d-`,
					),
				) as string,
			});
		});
	});

	/** The production URL of a workflow's form. */
	async function formOf(workflow: N8nWorkflow): Promise<string> {
		const { webhookId } = nodeNamed(workflow, 'On Form Submission') as { webhookId?: string };
		return await answering(new URL(`/form/${webhookId ?? ''}`, lab.executions.url).href);
	}
});

/** The address of the video that a page plays. */
function videoOn(page: string): string {
	const url = /<video src="([^"]+)"/.exec(page)?.[1];
	if (url === undefined) throw new Error(`There is no video on the page:\n${page}`);
	return url;
}
