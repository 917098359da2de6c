import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureN8nInstallation } from '../../tools/n8n/n8n-installation.mts';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { workflowFiles } from '../../tools/n8n/workflow-files.mts';
import { KnownNodeTypes } from '../support/e2e/node-types.mts';
import { STICKY_NOTE, type FileNode, type WorkflowJson } from '../support/e2e/workflow-json.mts';
import { workflowIssues } from '../support/e2e/workflow-issues.mts';

jest.setTimeout(120_000);

const FOLDER = join(PROJECT_DIRECTORY, 'workflows');
const NAMES = workflowFiles().map(({ name }) => name);

async function read(name: string): Promise<WorkflowJson> {
	return JSON.parse(await readFile(join(FOLDER, `${name}.json`), 'utf8')) as WorkflowJson;
}

describe('the workflow files', () => {
	let types: KnownNodeTypes;

	beforeAll(async () => {
		types = await KnownNodeTypes.load(await ensureN8nInstallation());
	});

	it.each(NAMES)('%s has nothing that n8n would mark', async (name) => {
		expect(workflowIssues(await read(name), types)).toEqual([]);
	});

	it('have names and IDs that are not used twice', async () => {
		const workflows = await Promise.all(NAMES.map(read));
		const names = workflows.map(({ name }) => name);
		const ids = workflows.flatMap(({ nodes }) =>
			nodes.flatMap(({ id, webhookId }) => [id, ...(webhookId === undefined ? [] : [webhookId])]),
		);

		expect(names).toHaveLength(new Set(names).size);
		expect(ids).toHaveLength(new Set(ids).size);
	});

	it('are all in workflows/README.md, with their pictures, and nothing else is', async () => {
		const readme = await readFile(join(FOLDER, 'README.md'), 'utf8');
		const linked = [...readme.matchAll(/\]\(([\w-]+)\.json\)/g)].map(([, name]) => name);
		const pictured = [...readme.matchAll(/docs\/pictures\/workflows\/([\w-]+)\.png/g)];

		expect([...new Set(linked)].sort()).toEqual(NAMES);
		expect(pictured.map(([, name]) => name).sort()).toEqual(NAMES);
		expect((await readdir(FOLDER)).filter((file) => !file.endsWith('.json'))).toEqual([
			'README.md',
		]);
	});

	/** Each mistake, made in a file that has none, and what is said of it. */
	const MISTAKES: [string, string, (workflow: WorkflowJson) => void, string][] = [
		[
			'a parameter that there is none of',
			'form-to-video',
			(workflow) => (node(workflow, 'Generate Video').parameters.lenght = 5),
			'node "Generate Video": parameter lenght is unknown, or not shown with the others',
		],
		[
			'an option that there is none of',
			'form-to-video',
			(workflow) => (node(workflow, 'Generate Video').parameters.options = { maxCredit: 5 }),
			'node "Generate Video": parameter options.maxCredit is unknown, or not shown with the others',
		],
		[
			'a parameter that is hidden by another',
			'form-to-video',
			(workflow) => (node(workflow, 'Show Video').parameters.completionMessage = 'Hello'),
			'node "Show Video": parameter completionMessage is unknown, or not shown with the others',
		],
		[
			'a field deep in a collection that there is none of',
			'form-to-video',
			(workflow) => {
				const { formFields } = node(workflow, 'On Form Submission').parameters;
				Object.assign((formFields as { values: object[] }).values[0] ?? {}, { fieldtype: 'file' });
			},
			'node "On Form Submission": parameter formFields.values.0.fieldtype is unknown, or not shown with the others',
		],
		[
			'a choice that the menu does not have',
			'batch-with-error-mail',
			(workflow) => (node(workflow, 'Send Email').parameters.emailFormat = 'markdown'),
			'node "Send Email": parameter emailFormat has no choice "markdown"',
		],
		[
			'a choice deep in a collection that the menu does not have',
			'scheduled-data-table',
			(workflow) => {
				const { columns } = node(workflow, 'Create Table if Missing').parameters;
				Object.assign((columns as { column: object[] }).column[0] ?? {}, { type: 'text' });
			},
			'node "Create Table if Missing": parameter columns.column.type has no choice "text"',
		],
		[
			'a required parameter that is empty',
			'batch-with-error-mail',
			(workflow) => (node(workflow, 'Send Email').parameters.toEmail = ''),
			'node "Send Email": Parameter "To Email" is required.',
		],
		[
			'an outdated version',
			'webhook-to-video',
			(workflow) => (node(workflow, 'POST an Image').typeVersion = 2),
			'node "POST an Image": version 2 is outdated: the newest is 2.1',
		],
		[
			'a version that there is none of',
			'webhook-to-video',
			(workflow) => (node(workflow, 'POST an Image').typeVersion = 7),
			'node "POST an Image": n8n-nodes-base.webhook has no version 7',
		],
		[
			'a node type that there is none of',
			'webhook-to-video',
			(workflow) => (node(workflow, 'Send Video').type = 'n8n-nodes-base.answer'),
			'node "Send Video": n8n knows no node type n8n-nodes-base.answer',
		],
		[
			'a missing credential',
			'webhook-to-video',
			(workflow) => delete node(workflow, 'POST an Image').credentials,
			'node "POST an Image": no credential of the type httpHeaderAuth',
		],
		[
			"a credential with an n8n's own ID",
			'form-to-video',
			(workflow) => {
				node(workflow, 'Generate Video').credentials = {
					magicHourVideoApi: { id: 'a1', name: 'Key' },
				};
			},
			'node "Generate Video": credential magicHourVideoApi is not given as { "id": null, "name": … }',
		],
		[
			'a credential of another type',
			'form-to-video',
			(workflow) => {
				const { credentials = {} } = node(workflow, 'Generate Video');
				credentials.smtp = { id: null, name: 'SMTP account' };
			},
			'node "Generate Video": it takes no credential smtp',
		],
		[
			'an ID that is no UUID',
			'form-to-video',
			(workflow) => (node(workflow, 'Show Video').id = 'show-video'),
			'node "Show Video": its ID show-video is no UUID',
		],
		[
			'a form without an address',
			'form-to-video',
			(workflow) => delete node(workflow, 'On Form Submission').webhookId,
			'node "On Form Submission": it has no webhookId',
		],
		[
			'two nodes of one name',
			'form-to-video',
			(workflow) => (node(workflow, 'Show Problem').name = 'Show Video'),
			'two nodes are named "Show Video"',
		],
		[
			'a connection to a node that is not there',
			'form-to-video',
			(workflow) => (target(workflow, 'On Form Submission').node = 'Make Video'),
			'a connection ends at "Make Video", which is not there',
		],
		[
			'a connection to an input that is not there',
			'form-to-video',
			(workflow) => (target(workflow, 'On Form Submission').index = 1),
			'"Generate Video" has no input 1 of the type main',
		],
		[
			'a connection from an output that is not there',
			'webhook-to-video',
			(workflow) => workflow.connections['POST an Image']?.main?.push([]),
			'"POST an Image" has no output 1 of the type main',
		],
		[
			'a node that nothing leads to',
			'form-to-video',
			(workflow) => delete workflow.connections['On Form Submission'],
			'nothing leads to "Generate Video"',
		],
		[
			'an error output that leads nowhere',
			'form-to-video',
			(workflow) => (workflow.connections['Generate Video'] = { main: [[], []] }),
			'the error output of "Generate Video" leads nowhere',
		],
		[
			'an expression with a node that is not there',
			'cost-approval',
			(workflow) => (node(workflow, 'Upload Image').name = 'Upload'),
			'node "Generate Video": an expression names "Upload Image", which is not there',
		],
		[
			'no sticky note',
			'form-to-video',
			(workflow) => {
				workflow.nodes = workflow.nodes.filter(({ type }) => type !== STICKY_NOTE);
			},
			'no sticky note explains it',
		],
		[
			'a node off the grid',
			'form-to-video',
			(workflow) => (node(workflow, 'Show Video').position = [670, 0]),
			'"Show Video" is not on the grid of 16 pixels',
		],
		[
			'a node on top of another',
			'form-to-video',
			(workflow) => (node(workflow, 'Generate Video').position = [64, 0]),
			'"On Form Submission" and "Generate Video" overlap',
		],
		[
			'a note that covers half a node',
			'form-to-video',
			(workflow) => (node(workflow, 'Note 2').position = [688, -96]),
			'the note "Note 2" covers "Show Video" in part',
		],
		[
			"an n8n's own data",
			'form-to-video',
			(workflow) => (workflow.pinData = {}),
			'the file has "pinData", which is of one n8n only',
		],
		[
			'an old order of execution',
			'form-to-video',
			(workflow) => (workflow.settings = {}),
			'settings.executionOrder is not v1',
		],
	];

	it.each(MISTAKES)('%s would be found', async (_, name, makeMistake, issue) => {
		const workflow = await read(name);
		makeMistake(workflow);

		expect(workflowIssues(workflow, types)).toContain(issue);
	});
});

function node({ nodes }: WorkflowJson, name: string): FileNode {
	const found = nodes.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(`There is no node "${name}"`);
	return found;
}

/** Where the first output of a node leads. */
function target(
	{ connections }: WorkflowJson,
	from: string,
): { node: string; type: string; index: number } {
	const [first] = connections[from]?.main?.[0] ?? [];
	if (first === undefined) throw new Error(`"${from}" leads nowhere`);
	return first;
}
